/**
 * Puts a file, as text, under the pull request (GitHub) or merge request (GitLab) that a pipeline runs for.
 *
 * usage: node comment.mjs FILE
 *
 * GitHub: GITHUB_TOKEN, PULL_REQUEST (its number), and what every run has (GITHUB_API_URL, GITHUB_REPOSITORY).
 * GitLab: GITLAB_TOKEN (a project access token with the scope api), and what every job has (CI_API_V4_URL, …).
 */
import { readFileSync } from "node:fs";

/** What both accept, and leave room for the rest. */
const mostCharacters = 60_000;

const { env } = process;

/** Where the comment goes, and with what. */
function request() {
    if (env.GITHUB_TOKEN && env.PULL_REQUEST) {
        return {
            url: `${env.GITHUB_API_URL}/repos/${env.GITHUB_REPOSITORY}/issues/${env.PULL_REQUEST}/comments`,
            headers: { authorization: `Bearer ${env.GITHUB_TOKEN}` },
        };
    }
    if (env.GITLAB_TOKEN && env.CI_MERGE_REQUEST_IID) {
        return {
            url: `${env.CI_API_V4_URL}/projects/${env.CI_PROJECT_ID}/merge_requests/${env.CI_MERGE_REQUEST_IID}/notes`,
            headers: { "private-token": env.GITLAB_TOKEN },
        };
    }
    throw new Error("GITHUB_TOKEN and PULL_REQUEST, or GITLAB_TOKEN in a merge request's pipeline, must be set");
}

const text = readFileSync(process.argv[2], "utf8");
const shown =
    text.length > mostCharacters ? `${text.slice(0, mostCharacters)}\n… (the rest is in the job's log)\n` : text;
// A line of the text that looks like the fence's end must not end it.
const longest = Math.max(2, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
const fence = "`".repeat(longest + 1);
const body = `**The load balancer, after this change**\n\n${fence}diff\n${shown}${fence}\n`;

try {
    const { url, headers } = request();
    const answer = await fetch(url, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify({ body }),
    });
    if (!answer.ok) {
        throw new Error(`${url} answered ${answer.status}`);
    }
} catch (error) {
    process.stderr.write(`error: no comment was made: ${error.message}\n`);
    process.exit(1);
}
