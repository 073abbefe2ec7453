import { power } from "../../lab/events/power";
import { testEvents } from "./events";

testEvents("power", power);
