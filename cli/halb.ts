#!/usr/bin/env node
/** `halb`: what operators do with a pair that is there. It knows the pair from the stack's state. */
import { main } from "../support/interrupt";
import { command } from "./commandLine";

main(() => command(process.argv.slice(2)));
