/** What can happen to a pair. Each event begins with lb1, the preferred host, holding the virtual IP. */
import type { Event } from "./event";
import { haproxy } from "./haproxy";
import { network } from "./network";
import { power } from "./power";
import { processes } from "./processes";

export const events: Event[] = [...power, ...processes, ...network, ...haproxy];
