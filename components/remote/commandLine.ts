/** The words in front of a command that must run as root. */
export function asRoot(user: string | undefined): string {
    return (user ?? "root") === "root" ? "" : "sudo -n ";
}
