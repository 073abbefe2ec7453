/** /etc/apt/preferences.d/ha-load-balancer-pair.pref: the versions that apt must keep. See apt_preferences(5). */

/** Above 1000, apt even downgrades to this version (apt_preferences(5)): so no other upgrade restarts the service. */
export function preferences(versions: Record<string, string | undefined>): string {
    const pinned = Object.entries(versions).filter(([, version]) => version !== undefined);
    return [
        "# Written by ha-load-balancer-pair. A package without an entry has no declared version.\n",
        ...pinned.map(([name, version]) => `\nPackage: ${name}\nPin: version ${version}\nPin-Priority: 1001\n`),
    ].join("");
}
