/** What the package exports. */
export * from "./args";
export { HaLoadBalancerPair } from "./haLoadBalancerPair";
export { hostKeyOf } from "./knownHosts";
export { InvalidArgs, type Problem } from "./problems";
