# bash completion for mqrig
# Made by 'mqrig generate bash' from the option data: do not edit.

# Offers words from a list.
_mqrig_words() {
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}

# Offers what a builtin of the shell knows: files, host names, variables.
_mqrig_known() {
    mapfile -t COMPREPLY < <(compgen -A "$1" -- "$2")
    if [[ $1 == file ]]; then
        compopt -o filenames 2>/dev/null
    fi
}

_mqrig_commands="pub sub broker bridge bench spool passwd login logout"

_mqrig_pub() {
    local cur=$1 prev=$2
    case $prev in
        -f|--file)
            _mqrig_known file "$cur"
            return
            ;;
        -q|--qos)
            _mqrig_words "0 1 2" "$cur"
            return
            ;;
        --spool)
            _mqrig_known file "$cur"
            return
            ;;
        --payload-format)
            _mqrig_words "utf8 bytes" "$cur"
            return
            ;;
        -h|--host)
            _mqrig_known hostname "$cur"
            return
            ;;
        --unix)
            _mqrig_known file "$cur"
            return
            ;;
        -A|--bind)
            _mqrig_known hostname "$cur"
            return
            ;;
        -V|--protocol-version)
            _mqrig_words "auto 5 311 31" "$cur"
            return
            ;;
        --password-file)
            _mqrig_known file "$cur"
            return
            ;;
        --password-env)
            _mqrig_known export "$cur"
            return
            ;;
        -x|--session-expiry-interval)
            _mqrig_words "never" "$cur"
            return
            ;;
        --will-payload-file)
            _mqrig_known file "$cur"
            return
            ;;
        --will-qos)
            _mqrig_words "0 1 2" "$cur"
            return
            ;;
        --will-payload-format)
            _mqrig_words "utf8 bytes" "$cur"
            return
            ;;
        -D|--property)
            _mqrig_words "connect publish will disconnect" "$cur"
            return
            ;;
        --color|--colour)
            _mqrig_words "auto always never" "$cur"
            return
            ;;
        --config)
            _mqrig_known file "$cur"
            return
            ;;
        -m|--message|-t|--topic|--topic-separator|-M|--max-inflight|--inflight|--repeat|--repeat-delay|--rate|--spool-limit|--content-type|--message-expiry|--response-topic|--correlation-data|--topic-alias|--user-property|-L|--url|-p|--port|--connect-timeout|-u|--username|-P|--password|--pw|-i|--id|-I|--id-prefix|-k|--keepalive|--ack-timeout|--reconnect-delay|--reconnect-max-delay|--receive-maximum|--maximum-packet-size|--topic-alias-maximum|--connect-user-property|--will-topic|--will-payload|--will-delay|--will-expiry|--will-content-type|--will-response-topic|--will-correlation-data|--will-user-property)
            return
            ;;
    esac
    _mqrig_words "--message --file --stdin-file --stdin-line --stdin-null --ndjson --null-message --topic --topic-separator --qos --retain --no-retain --max-inflight --repeat --repeat-delay --rate --skip-invalid --no-skip-invalid --spool --resume --spool-limit --content-type --payload-format --message-expiry --response-topic --correlation-data --topic-alias --user-property --url --host --port --unix --bind --connect-timeout --protocol-version --username --password --password-file --password-env --id --id-prefix --keepalive --disable-clean-session --clean-start --session-expiry-interval --ack-timeout --reconnect --no-reconnect --reconnect-delay --reconnect-max-delay --receive-maximum --maximum-packet-size --topic-alias-maximum --connect-user-property --will-topic --will-payload --will-payload-file --will-qos --will-retain --no-will-retain --will-delay --will-expiry --will-content-type --will-payload-format --will-response-topic --will-correlation-data --will-user-property --property --debug --no-debug --quiet --no-quiet --color --config --help --version" "$cur"
}

_mqrig_sub() {
    local cur=$1 prev=$2
    case $prev in
        -q|--qos)
            _mqrig_words "0 1 2" "$cur"
            return
            ;;
        --retain-handling)
            _mqrig_words "always new never" "$cur"
            return
            ;;
        --exec-failed)
            _mqrig_words "skip nack keep stop" "$cur"
            return
            ;;
        --spool)
            _mqrig_known file "$cur"
            return
            ;;
        --ack-after)
            _mqrig_words "write exec commit" "$cur"
            return
            ;;
        -h|--host)
            _mqrig_known hostname "$cur"
            return
            ;;
        --unix)
            _mqrig_known file "$cur"
            return
            ;;
        -A|--bind)
            _mqrig_known hostname "$cur"
            return
            ;;
        -V|--protocol-version)
            _mqrig_words "auto 5 311 31" "$cur"
            return
            ;;
        --password-file)
            _mqrig_known file "$cur"
            return
            ;;
        --password-env)
            _mqrig_known export "$cur"
            return
            ;;
        -x|--session-expiry-interval)
            _mqrig_words "never" "$cur"
            return
            ;;
        --will-payload-file)
            _mqrig_known file "$cur"
            return
            ;;
        --will-qos)
            _mqrig_words "0 1 2" "$cur"
            return
            ;;
        --will-payload-format)
            _mqrig_words "utf8 bytes" "$cur"
            return
            ;;
        -D|--property)
            _mqrig_words "connect subscribe unsubscribe will disconnect" "$cur"
            return
            ;;
        --color|--colour)
            _mqrig_words "auto always never" "$cur"
            return
            ;;
        --config)
            _mqrig_known file "$cur"
            return
            ;;
        -t|--topic|-U|--unsubscribe|--subscription-id|--subscribe-user-property|-F|--format|--exec|--exec-jobs|--exec-timeout|--exec-retries|--exec-retry-delay|--exec-grace|-T|--filter-out|--random-filter|-C|--count|-W|--timeout|--idle-timeout|-L|--url|-p|--port|--connect-timeout|-u|--username|-P|--password|--pw|-i|--id|-I|--id-prefix|-k|--keepalive|--ack-timeout|--reconnect-delay|--reconnect-max-delay|--receive-maximum|--maximum-packet-size|--topic-alias-maximum|--connect-user-property|--will-topic|--will-payload|--will-delay|--will-expiry|--will-content-type|--will-response-topic|--will-correlation-data|--will-user-property)
            return
            ;;
    esac
    _mqrig_words "--topic --qos --unsubscribe --no-local --local --retain-as-published --no-retain-as-published --retain-handling --subscription-id --subscribe-user-property --verbose --no-verbose --json --no-json --json-payload --no-json-payload --format --no-newline --newline --exec --exec-jobs --exec-timeout --exec-retries --exec-retry-delay --exec-failed --exec-grace --spool --ack-after --filter-out --skip-retained --no-skip-retained --retained-only --no-retained-only --remove-retained --random-filter --count --timeout --idle-timeout --exit-after-subscribe --embedded --url --host --port --unix --bind --connect-timeout --protocol-version --username --password --password-file --password-env --id --id-prefix --keepalive --disable-clean-session --clean-start --session-expiry-interval --ack-timeout --reconnect --no-reconnect --reconnect-delay --reconnect-max-delay --receive-maximum --maximum-packet-size --topic-alias-maximum --connect-user-property --will-topic --will-payload --will-payload-file --will-qos --will-retain --no-will-retain --will-delay --will-expiry --will-content-type --will-payload-format --will-response-topic --will-correlation-data --will-user-property --property --debug --no-debug --quiet --no-quiet --color --config --help --version" "$cur"
}

_mqrig_broker() {
    local cur=$1 prev=$2
    case $prev in
        --pid-file)
            _mqrig_known file "$cur"
            return
            ;;
        --password-file)
            _mqrig_known file "$cur"
            return
            ;;
        --acl-file)
            _mqrig_known file "$cur"
            return
            ;;
        --state)
            _mqrig_known file "$cur"
            return
            ;;
        --when-full)
            _mqrig_words "oldest newest disconnect" "$cur"
            return
            ;;
        --max-session-expiry)
            _mqrig_words "never" "$cur"
            return
            ;;
        --metrics)
            _mqrig_known hostname "$cur"
            return
            ;;
        --color|--colour)
            _mqrig_words "auto always never" "$cur"
            return
            ;;
        --config)
            _mqrig_known file "$cur"
            return
            ;;
        -p|--port|--listen|--workers|--ready-fd|--max-connections|--max-packet-size|--connect-timeout|--receive-maximum|--max-inflight|--max-topic-aliases|--max-queued-messages|--max-queued-bytes|--max-queued-bytes-in-all|--max-output-bytes|--max-sessions|--max-subscriptions|--max-retained-messages|--max-retained-bytes|--max-topic-levels|--max-keep-alive|--chaos|--seed|--sys-interval)
            return
            ;;
    esac
    _mqrig_words "--port --listen --workers --pid-file --ready-fd --allow-anonymous --no-allow-anonymous --password-file --acl-file --state --max-connections --max-packet-size --connect-timeout --receive-maximum --max-inflight --max-topic-aliases --max-queued-messages --max-queued-bytes --max-queued-bytes-in-all --when-full --max-output-bytes --max-sessions --max-subscriptions --max-retained-messages --max-retained-bytes --max-topic-levels --max-keep-alive --max-session-expiry --chaos --chaos-control --no-chaos-control --seed --sys-interval --metrics --verbose --no-verbose --debug --no-debug --quiet --no-quiet --color --config --help --version" "$cur"
}

_mqrig_bridge() {
    local cur=$1 prev=$2
    case $prev in
        --action)
            _mqrig_words "run check import" "$cur"
            return
            ;;
        --file)
            _mqrig_known file "$cur"
            return
            ;;
        --direction)
            _mqrig_words "out in both" "$cur"
            return
            ;;
        --max-qos)
            _mqrig_words "0 1 2" "$cur"
            return
            ;;
        -q|--qos)
            _mqrig_words "0 1 2" "$cur"
            return
            ;;
        --retain)
            _mqrig_words "keep drop force" "$cur"
            return
            ;;
        --split)
            _mqrig_words "none json-array lines" "$cur"
            return
            ;;
        --batch-format)
            _mqrig_words "json-array lines" "$cur"
            return
            ;;
        --spool)
            _mqrig_known file "$cur"
            return
            ;;
        --metrics)
            _mqrig_known hostname "$cur"
            return
            ;;
        --limit-policy)
            _mqrig_words "block drop-oldest reject" "$cur"
            return
            ;;
        --from-bind)
            _mqrig_known hostname "$cur"
            return
            ;;
        --from-protocol-version)
            _mqrig_words "auto 5 311 31" "$cur"
            return
            ;;
        --from-password-file)
            _mqrig_known file "$cur"
            return
            ;;
        --from-password-env)
            _mqrig_known export "$cur"
            return
            ;;
        --from-session-expiry-interval)
            _mqrig_words "never" "$cur"
            return
            ;;
        --to-bind)
            _mqrig_known hostname "$cur"
            return
            ;;
        --to-protocol-version)
            _mqrig_words "auto 5 311 31" "$cur"
            return
            ;;
        --to-password-file)
            _mqrig_known file "$cur"
            return
            ;;
        --to-password-env)
            _mqrig_known export "$cur"
            return
            ;;
        --to-session-expiry-interval)
            _mqrig_words "never" "$cur"
            return
            ;;
        --pid-file)
            _mqrig_known file "$cur"
            return
            ;;
        --color|--colour)
            _mqrig_words "auto always never" "$cur"
            return
            ;;
        --config)
            _mqrig_known file "$cur"
            return
            ;;
        --show-topic|-t|--topic|--exclude|--local-prefix|--remote-prefix|--target|--remove-property|--expiry|--filter|--transform|--batch-count|--batch-linger|--name|--window|--rate|--max-hops|--notification-topic|--status-topic|--status-interval|--limit-bytes|--limit-messages|--limit-age|--share|--from-name|--from|--from-connect-timeout|--from-username|--from-id|--from-keepalive|--from-ack-timeout|--from-reconnect-delay|--from-reconnect-max-delay|--from-receive-maximum|--from-maximum-packet-size|--from-topic-alias-maximum|--from-connect-user-property|--to-name|--to|--to-connect-timeout|--to-username|--to-id|--to-keepalive|--to-ack-timeout|--to-reconnect-delay|--to-reconnect-max-delay|--to-receive-maximum|--to-maximum-packet-size|--to-topic-alias-maximum|--to-connect-user-property|--ready-fd)
            return
            ;;
    esac
    if ((COMP_CWORD == 2)) && [[ $cur != -* ]]; then
        _mqrig_words "run check import" "$cur"
        return
    fi
    if [[ $cur != -* ]]; then
        _mqrig_known file "$cur"
        return
    fi
    _mqrig_words "--action --file --show-topic --print-config --topic --exclude --direction --local-prefix --remote-prefix --target --max-qos --qos --retain --initial-retained --no-initial-retained --pass-properties --no-pass-properties --remove-property --map-response-topic --no-map-response-topic --expiry --filter --transform --split --spool-qos-0 --no-spool-qos-0 --batch-format --batch-count --batch-linger --spool --metrics --name --window --rate --loop-prevention --no-loop-prevention --max-hops --notification-topic --notify-remote --no-notify-remote --status-topic --status-interval --limit-bytes --limit-messages --limit-age --limit-policy --share --from-name --from --from-bind --from-connect-timeout --from-protocol-version --from-username --from-password-file --from-password-env --from-id --from-keepalive --from-session-expiry-interval --from-ack-timeout --from-reconnect-delay --from-reconnect-max-delay --from-receive-maximum --from-maximum-packet-size --from-topic-alias-maximum --from-connect-user-property --to-name --to --to-bind --to-connect-timeout --to-protocol-version --to-username --to-password-file --to-password-env --to-id --to-keepalive --to-session-expiry-interval --to-ack-timeout --to-reconnect-delay --to-reconnect-max-delay --to-receive-maximum --to-maximum-packet-size --to-topic-alias-maximum --to-connect-user-property --pid-file --ready-fd --quiet --no-quiet --color --config --help --version" "$cur"
}

_mqrig_bench() {
    local cur=$1 prev=$2
    case $prev in
        --scenario)
            _mqrig_words "pub sub conn pubsub rr fanout fanin shared run compare merge" "$cur"
            return
            ;;
        --file)
            _mqrig_known file "$cur"
            return
            ;;
        --leave)
            _mqrig_words "clean unclean" "$cur"
            return
            ;;
        --payload-file)
            _mqrig_known file "$cur"
            return
            ;;
        --payload-lines)
            _mqrig_known file "$cur"
            return
            ;;
        --payload-format)
            _mqrig_words "utf8 bytes" "$cur"
            return
            ;;
        --verify)
            _mqrig_words "none basic full" "$cur"
            return
            ;;
        --json)
            _mqrig_known file "$cur"
            return
            ;;
        --csv)
            _mqrig_known file "$cur"
            return
            ;;
        --hdr)
            _mqrig_known file "$cur"
            return
            ;;
        --html)
            _mqrig_known file "$cur"
            return
            ;;
        -h|--host)
            _mqrig_known hostname "$cur"
            return
            ;;
        --unix)
            _mqrig_known file "$cur"
            return
            ;;
        -V|--protocol-version)
            _mqrig_words "auto 5 311 31" "$cur"
            return
            ;;
        --password-file)
            _mqrig_known file "$cur"
            return
            ;;
        --password-env)
            _mqrig_known export "$cur"
            return
            ;;
        -x|--session-expiry-interval)
            _mqrig_words "never" "$cur"
            return
            ;;
        --will-payload-file)
            _mqrig_known file "$cur"
            return
            ;;
        --will-qos)
            _mqrig_words "0 1 2" "$cur"
            return
            ;;
        --will-payload-format)
            _mqrig_words "utf8 bytes" "$cur"
            return
            ;;
        -D|--property)
            _mqrig_words "connect publish will" "$cur"
            return
            ;;
        --color|--colour)
            _mqrig_words "auto always never" "$cur"
            return
            ;;
        --config)
            _mqrig_known file "$cur"
            return
            ;;
        -c|--clients|--publishers|--subscribers|--subscribers-per-topic|--ramp|--connect-rate|--lifetime|--storm-interval|--rate|--total-rate|-M|--inflight|--max-inflight|--think|--duration|--count|--warmup|--drain-timeout|-t|--topics|--topic|--filter|-q|--qos|--sub-qos|-s|--size|--payload-template|--share|--groups|--content-type|--message-expiry|--response-topic|--user-property|--slo|--find-from|--find-to|--step-duration|--tolerance|--metrics|--interval|--threads|--workers|--shard|--start-at|--start-on|-L|--url|-p|--port|-A|--bind|--connect-timeout|-u|--username|-P|--password|--pw|-i|--id|-I|--id-prefix|-k|--keepalive|--ack-timeout|--reconnect-delay|--reconnect-max-delay|--receive-maximum|--maximum-packet-size|--topic-alias-maximum|--connect-user-property|--will-topic|--will-payload|--will-delay|--will-expiry|--will-content-type|--will-response-topic|--will-correlation-data|--will-user-property)
            return
            ;;
    esac
    if ((COMP_CWORD == 2)) && [[ $cur != -* ]]; then
        _mqrig_words "pub sub conn pubsub rr fanout fanin shared run compare merge" "$cur"
        return
    fi
    if [[ $cur != -* ]]; then
        _mqrig_known file "$cur"
        return
    fi
    _mqrig_words "--scenario --file --print-scenario --clients --publishers --subscribers --subscribers-per-topic --ramp --connect-rate --lifetime --leave --storm --no-storm --storm-interval --rate --total-rate --inflight --think --duration --count --warmup --drain-timeout --topics --filter --qos --sub-qos --retain --no-retain --size --payload-file --payload-template --payload-lines --stamp --no-stamp --share --groups --content-type --payload-format --message-expiry --response-topic --user-property --slo --verify --find-max --find-from --find-to --step-duration --tolerance --json --csv --hdr --html --metrics --interval --live --no-live --plain --no-plain --threads --workers --shard --start-at --start-on --url --host --port --unix --bind --connect-timeout --protocol-version --username --password --password-file --password-env --id --id-prefix --keepalive --disable-clean-session --clean-start --session-expiry-interval --ack-timeout --reconnect --no-reconnect --reconnect-delay --reconnect-max-delay --receive-maximum --maximum-packet-size --topic-alias-maximum --connect-user-property --will-topic --will-payload --will-payload-file --will-qos --will-retain --no-will-retain --will-delay --will-expiry --will-content-type --will-payload-format --will-response-topic --will-correlation-data --will-user-property --property --debug --no-debug --quiet --no-quiet --color --config --help --version" "$cur"
}

_mqrig_spool() {
    local cur=$1 prev=$2
    case $prev in
        --action)
            _mqrig_words "ls show export import requeue purge verify" "$cur"
            return
            ;;
        --file)
            _mqrig_known file "$cur"
            return
            ;;
        --color|--colour)
            _mqrig_words "auto always never" "$cur"
            return
            ;;
        --config)
            _mqrig_known file "$cur"
            return
            ;;
        --queue|--limit|--older-than|-F|--format)
            return
            ;;
    esac
    if ((COMP_CWORD == 2)) && [[ $cur != -* ]]; then
        _mqrig_words "ls show export import requeue purge verify" "$cur"
        return
    fi
    if [[ $cur != -* ]]; then
        _mqrig_known file "$cur"
        return
    fi
    _mqrig_words "--action --file --queue --refused --limit --older-than --yes --repair --verbose --no-verbose --json --no-json --json-payload --no-json-payload --format --no-newline --newline --quiet --no-quiet --color --config --help --version" "$cur"
}

_mqrig_passwd() {
    local cur=$1 prev=$2
    case $prev in
        --file)
            _mqrig_known file "$cur"
            return
            ;;
        --mechanism)
            _mqrig_words "sha-1 sha-256 sha-512" "$cur"
            return
            ;;
        --color|--colour)
            _mqrig_words "auto always never" "$cur"
            return
            ;;
        --config)
            _mqrig_known file "$cur"
            return
            ;;
        --user|--iterations)
            return
            ;;
    esac
    if [[ $cur != -* ]]; then
        _mqrig_known file "$cur"
        return
    fi
    _mqrig_words "--file --user --delete --verify --scram --mechanism --iterations --quiet --no-quiet --color --config --help --version" "$cur"
}

_mqrig_login() {
    local cur=$1 prev=$2
    case $prev in
        --oauth-cafile)
            _mqrig_known file "$cur"
            return
            ;;
        --color|--colour)
            _mqrig_words "auto always never" "$cur"
            return
            ;;
        --config)
            _mqrig_known file "$cur"
            return
            ;;
        --oauth-issuer|--oauth-device-url|--oauth-token-url|--oauth-client-id|--oauth-scope|--oauth-audience)
            return
            ;;
    esac
    _mqrig_words "--oauth-issuer --oauth-device-url --oauth-token-url --oauth-client-id --oauth-scope --oauth-audience --oauth-cafile --quiet --no-quiet --color --config --help --version" "$cur"
}

_mqrig_logout() {
    local cur=$1 prev=$2
    case $prev in
        --oauth-cafile)
            _mqrig_known file "$cur"
            return
            ;;
        --color|--colour)
            _mqrig_words "auto always never" "$cur"
            return
            ;;
        --config)
            _mqrig_known file "$cur"
            return
            ;;
        --oauth-issuer|--oauth-token-url|--oauth-client-id|--oauth-audience)
            return
            ;;
    esac
    _mqrig_words "--oauth-issuer --oauth-token-url --oauth-client-id --oauth-audience --oauth-cafile --quiet --no-quiet --color --config --help --version" "$cur"
}

_mqrig() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()
    # Bash takes "--qos=1" for three words.
    if [[ $cur == "=" ]]; then
        cur=
    elif [[ $prev == "=" ]] && ((COMP_CWORD > 2)); then
        prev=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    if ((COMP_CWORD == 1)); then
        _mqrig_words "$_mqrig_commands help --help --version" "$cur"
        return
    fi
    case ${COMP_WORDS[1]} in
        help) _mqrig_words "$_mqrig_commands" "$cur" ;;
        pub) _mqrig_pub "$cur" "$prev" ;;
        sub) _mqrig_sub "$cur" "$prev" ;;
        broker) _mqrig_broker "$cur" "$prev" ;;
        bridge) _mqrig_bridge "$cur" "$prev" ;;
        bench) _mqrig_bench "$cur" "$prev" ;;
        spool) _mqrig_spool "$cur" "$prev" ;;
        passwd) _mqrig_passwd "$cur" "$prev" ;;
        login) _mqrig_login "$cur" "$prev" ;;
        logout) _mqrig_logout "$cur" "$prev" ;;
    esac
}

complete -F _mqrig mqrig
