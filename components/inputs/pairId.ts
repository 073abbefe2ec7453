/** The id by which hosts know their pair: `<project>/<stack>/<component>`. */
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

/** The ids that follow from a component's `aliases`: its hosts may still have one of them. */
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
