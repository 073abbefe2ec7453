import { processes } from "../../bench/availability/events/processes";
import { testEvents } from "./events";

testEvents("processes", processes);
