import { haproxy } from "../../bench/availability/events/haproxy";
import { testEvents } from "./events";

testEvents("haproxy", haproxy);
