import { power } from "../../bench/availability/events/power";
import { testEvents } from "./events";

testEvents("power", power);
