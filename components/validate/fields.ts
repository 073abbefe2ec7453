/**
 * The names of the fields of each input type, from the checked-in schema. TypeScript knows them; a stack's configuration and programs
 * in other languages do not, and a misspelt name there must be reported instead of ignored. A test compares the schema with args/.
 */
import schema from "../schema.json";

type NameOf<Token> = Token extends `ha-load-balancer-pair:index:${infer Name}` ? Name : never;

/** An interface of args/: `Bind`. */
export type InputType = NameOf<keyof typeof schema.types>;

const types: Record<string, { properties: object }> = schema.types;

export function fieldsOf(type: InputType): string[] {
    return Object.keys(types[`ha-load-balancer-pair:index:${type}`].properties);
}

/** The inputs of the component itself. */
export const componentFields = Object.keys(
    schema.resources["ha-load-balancer-pair:index:HaLoadBalancerPair"].inputProperties,
);
