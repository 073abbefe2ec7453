/** Where things are. The cache is in an ignored folder and can be deleted at any time. */
import { join, resolve } from "node:path";

export const root = resolve(__dirname, "..");
export const cache = process.env.HALB_CACHE ? resolve(process.env.HALB_CACHE) : join(root, ".cache");
