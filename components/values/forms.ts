/** What a text may be. It is checked by that, not by what it may not be, so that none can break out of its line in a file. */
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
    /** What an acl looks at: fetches and converters, their arguments in brackets. */
    criterion: /^[A-Za-z0-9_.-]+[A-Za-z0-9_.,():/*%@-]*$/,
    /** What a stick-table counts. */
    counter: /^[a-z][a-z0-9_]*(\([a-z0-9,]+\))?$/,
    action: /^[a-z][a-z0-9-]*(\([A-Za-z0-9_.,:/-]+\))?$/,
    /** Words, one space apart, of what neither quotes nor ends a line nor begins a comment. */
    condition: /^(if|unless)( [!%&(-[\]-~]+)+$/,
    word: /^[^\p{Cc}]+$/u,
    line: /^[^\r\n\0]*$/,
    /** RSA is left out: the SSH client asks for ssh-rsa signatures, which OpenSSH 8.8 and later refuses. */
    hostKey: /^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+=*( .*)?$/,
};
