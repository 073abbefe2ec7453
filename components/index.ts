/** What the package exports. */
export * from "./args";
export { InvalidArgs, type Problem } from "./errors";
export { HaLoadBalancerPair } from "./haLoadBalancerPair";
export { hostKeyOf } from "./values/knownHosts";
