#!/usr/bin/env node
/** `halb`: operators' commands for a converged pair. It reads the pair from the stack's state. */
import { main } from "../support/interrupt";
import { command } from "./commandLine";

main(() => command(process.argv.slice(2)));
