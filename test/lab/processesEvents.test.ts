import { processes } from "../../lab/events/processes";
import { testEvents } from "./events";

testEvents("processes", processes);
