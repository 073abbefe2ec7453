/** Patterns of valid texts. Each lists what is allowed, so that no text can break out of its line in a file. */
export const forms = {
    nodeName: /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/,
    /** A name has 15 characters at most, an alternative name 127. */
    interface: /^[A-Za-z0-9_.@][A-Za-z0-9_.@-]{0,126}$/,
    haproxyName: /^[A-Za-z0-9_.:-]+$/,
    /** A path of a URL: nothing that HAProxy's parser or HTTP reads as more than a path. */
    uri: /^\/[A-Za-z0-9/._~!&()*+,;=:@%?-]*$/,
    user: /^[A-Za-z0-9_.@-]+$/,
    path: /^\/[A-Za-z0-9/._+@:-]+$/,
    token: /^[A-Za-z0-9_.-]+$/,
    method: /^[A-Z]+$/,
    printable: /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/,
    facility:
        /^(kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|auth2|ftp|ntp|audit|alert|cron2|authpriv|local[0-7])$/,
    /** deb-version(7). apt takes a "-" or "+" at the end for "remove" or "install" (apt-get(8)). */
    version: /^[0-9]([A-Za-z0-9.+~:-]*[A-Za-z0-9.~])?$/,
    balance:
        /^(roundrobin|static-rr|leastconn|first|source|random(\([1-9]\d?\))?|uri|url_param [A-Za-z0-9_.-]+|hdr\([A-Za-z0-9-]+\)|hash [A-Za-z0-9_.,():-]+)$/,
    /** The criterion of an acl: fetches and converters, with arguments in brackets. */
    criterion: /^[A-Za-z0-9_.-]+[A-Za-z0-9_.,():/*%@-]*$/,
    /** A counter of a stick-table. */
    counter: /^[a-z][a-z0-9_]*(\([a-z0-9,]+\))?$/,
    action: /^[a-z][a-z0-9-]*(\([A-Za-z0-9_.,:/-]+\))?$/,
    /** Words with one space between them, without quotes, backslashes, `#` and line ends. */
    condition: /^(if|unless)( [!%&(-[\]-~]+)+$/,
    word: /^[^\p{Cc}]+$/u,
    line: /^[^\r\n\0]*$/,
    /** No RSA: the SSH client asks for ssh-rsa signatures, which OpenSSH 8.8 and later rejects. */
    hostKey: /^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+=*( .*)?$/,
};
