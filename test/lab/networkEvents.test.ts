import { network } from "../../bench/availability/events/network";
import { testEvents } from "./events";

testEvents("network", network);
