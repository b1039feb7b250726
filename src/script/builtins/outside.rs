//! What reaches beyond the account: files, the environment, hosts elsewhere, the person there.

use super::{Builtin, function, method};

pub(super) const OUTSIDE: &[Builtin] = &[
    function(
        "read_file",
        "read_file(path: string) -> string",
        "The text of a file of up to 16 MiB. Relative paths are from where mw was called; in jobs, from the jobs file's folder. What was read is kept in the journal, for the run to be taken up: use secret for secrets.",
        r#"read_file("notes.txt").len()"#,
    )
    .needs("fs:."),
    function(
        "write_file",
        "write_file(path: string, text: string)",
        "Writes a file, whole or not at all; missing folders are made, and its mode stays what it was.",
        r#"write_file("reports/clouds.json", clouds().to_json())"#,
    )
    .needs("fs:reports"),
    function(
        "append_file",
        "append_file(path: string, text: string)",
        "Adds to the end of a file. A run that is taken up does not add it twice.",
        r#"append_file("reports/log.txt", `${now()} done` + "\n")"#,
    )
    .needs("fs:reports"),
    function(
        "file_exists",
        "file_exists(path: string) -> bool",
        "Whether there is a file or folder.",
        r#"file_exists("reports/clouds.json")"#,
    )
    .needs("fs:reports"),
    function(
        "list_files",
        "list_files(folder: string, pattern?: string) -> [string]",
        "The paths of the files in a folder, and of links to files, in order; folders are left out. Of a pattern, `*` is any text and `?` one character.",
        r#"list_files(".", "*.json")"#,
    )
    .needs("fs:."),
    function(
        "env",
        "env(name: string, default?) -> string",
        "A variable of the environment. Any may hold a secret, and so the journal keeps none: it is read again when the run is taken up.",
        r#"env("HOME", "/")"#,
    )
    .needs("env:HOME"),
    function(
        "secret",
        "secret(name: string) -> Secret",
        "A secret: the variable of this name, or else the file secrets/NAME beside config.toml, which must be yours alone (chmod 600). It prints redacted, is never kept, and joins texts with `+`. The power env:NAME is for both.",
        r#"secret("SLACK_URL").reveal().len() > 0"#,
    )
    .needs("env:SLACK_URL"),
    function(
        "http_get",
        "http_get(url: string | Secret, #{headers, query, timeout, raise, keep}?) -> #{status, headers, body}",
        "Reads from a host of the network, in 30 s unless told otherwise. A status that is not 2xx is an error, unless raise: false. Redirects are followed to hosts that are granted too. The answer is kept in the journal, unless keep: false.",
        r#"http_get("https://hooks.example.com/status", #{query: #{page: 1}}).status"#,
    )
    .needs("net:hooks.example.com"),
    function(
        "http_post",
        "http_post(url: string | Secret, body, #{headers, query, timeout, raise, keep, repeat}?) -> #{status, headers, body}",
        "Sends a text, or a map or list as JSON, to a host of the network. Never sent twice by itself: without an answer the run is in doubt, and you are asked; repeat: true says that twice does no harm. With keep: false the journal keeps the status alone, and a run that is taken up finds `()` for the body.",
        r#"http_post("https://hooks.example.com/hook", #{text: "nodes are up"}, #{headers: #{"X-Team": "ops"}}).status"#,
    )
    .needs("net:hooks.example.com"),
    function(
        "http_request",
        "http_request(method: string, url: string | Secret, #{body, headers, query, timeout, raise, keep, repeat}?) -> #{status, headers, body}",
        "The same with any method: PUT, PATCH, DELETE, HEAD.",
        r#"http_request("PUT", "https://hooks.example.com/state", #{body: #{up: true}}).status"#,
    )
    .needs("net:hooks.example.com"),
    method(
        "map",
        "json",
        "json(answer) -> value",
        "What the body of an answer of http_get and the like says as JSON.",
        r#"#{status: 200, body: "{\"up\": true}"}.json().up"#,
    ),
    function(
        "confirm",
        "confirm(question: string) -> bool",
        "Asks the person at the terminal: yes or no. --yes answers yes; with nobody there it is an error. A run that is taken up does not ask again.",
        r#"if false { confirm("go on?") }"#,
    ),
];
