/** By what the hosts know whose they are: `<project>/<stack>/<component>`. */
import * as pulumi from "@pulumi/pulumi";

function id(project: string, stack: string, name: string): string {
    return `${project}/${stack}/${name}`;
}

export function pairId(name: string): string {
    return id(pulumi.getProject(), pulumi.getStack(), name);
}

/** `urn:pulumi:STACK::PROJECT::TYPE::NAME`; see https://www.pulumi.com/docs/iac/concepts/resources/names/#urns. */
function idOfUrn(urn: string): string {
    const [stack, project, , ...name] = urn.replace(/^urn:pulumi:/, "").split("::");
    return id(project, stack, name.join("::"));
}

/** What a component was called before, by the `aliases` that it is given: its hosts are still known by that name. */
export function formerPairIds(
    name: string,
    aliases: pulumi.Input<pulumi.URN | pulumi.Alias>[] = [],
): pulumi.Output<string[]> {
    return pulumi
        .all(aliases)
        .apply((all) =>
            all.map((alias) =>
                typeof alias === "string"
                    ? idOfUrn(alias)
                    : id(alias.project ?? pulumi.getProject(), alias.stack ?? pulumi.getStack(), alias.name ?? name),
            ),
        );
}
