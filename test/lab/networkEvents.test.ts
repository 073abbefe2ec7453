import { network } from "../../lab/events/network";
import { testEvents } from "./events";

testEvents("network", network);
