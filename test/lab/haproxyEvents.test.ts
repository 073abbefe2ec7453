import { haproxy } from "../../lab/events/haproxy";
import { testEvents } from "./events";

testEvents("haproxy", haproxy);
