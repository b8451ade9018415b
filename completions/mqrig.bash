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
        --auth-data-file)
            _mqrig_known file "$cur"
            return
            ;;
        --token-file)
            _mqrig_known file "$cur"
            return
            ;;
        --token-env)
            _mqrig_known export "$cur"
            return
            ;;
        --oauth-client-secret-file)
            _mqrig_known file "$cur"
            return
            ;;
        --oauth-cafile)
            _mqrig_known file "$cur"
            return
            ;;
        --token-in)
            _mqrig_words "password username auth ws-header" "$cur"
            return
            ;;
        --token-preset)
            _mqrig_words "azure-entra azure-custom aws-custom emqx rabbitmq go-auth" "$cur"
            return
            ;;
        --cafile)
            _mqrig_known file "$cur"
            return
            ;;
        --capath)
            _mqrig_known file "$cur"
            return
            ;;
        --cert)
            _mqrig_known file "$cur"
            return
            ;;
        --key)
            _mqrig_known file "$cur"
            return
            ;;
        --key-password-file)
            _mqrig_known file "$cur"
            return
            ;;
        --key-password-env)
            _mqrig_known export "$cur"
            return
            ;;
        --pkcs12)
            _mqrig_known file "$cur"
            return
            ;;
        --tls-version)
            _mqrig_words "1.2 1.3" "$cur"
            return
            ;;
        --tls-max)
            _mqrig_words "1.2 1.3" "$cur"
            return
            ;;
        --crl)
            _mqrig_known file "$cur"
            return
            ;;
        --ocsp)
            _mqrig_words "off check require" "$cur"
            return
            ;;
        --psk-file)
            _mqrig_known file "$cur"
            return
            ;;
        --tls-keylog)
            _mqrig_known file "$cur"
            return
            ;;
        --proxy-password-file)
            _mqrig_known file "$cur"
            return
            ;;
        --proxy-password-env)
            _mqrig_known export "$cur"
            return
            ;;
        --proxy-cafile)
            _mqrig_known file "$cur"
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
        -m|--message|-t|--topic|--topic-separator|-M|--max-inflight|--inflight|--repeat|--repeat-delay|--rate|--spool-limit|--content-type|--message-expiry|--response-topic|--correlation-data|--topic-alias|--user-property|-L|--url|-p|--port|--connect-timeout|-i|--id|-I|--id-prefix|-u|--username|-P|--password|--pw|--password-fd|--password-command|--auth-method|--reauth-interval|--token-command|--oauth-issuer|--oauth-token-url|--oauth-client-id|--oauth-scope|--oauth-audience|--key-password|--ciphers|--alpn|--tls-alpn|--sni|--psk|--psk-identity|--ws-path|--ws-header|--proxy|--proxy-username|--proxy-user|--no-proxy|--resolve|-k|--keepalive|--ack-timeout|--reconnect-delay|--reconnect-max-delay|--receive-maximum|--maximum-packet-size|--topic-alias-maximum|--connect-user-property|--will-topic|--will-payload|--will-delay|--will-expiry|--will-content-type|--will-response-topic|--will-correlation-data|--will-user-property)
            return
            ;;
    esac
    _mqrig_words "--message --file --stdin-file --stdin-line --stdin-null --ndjson --null-message --topic --topic-separator --qos --retain --no-retain --max-inflight --repeat --repeat-delay --rate --skip-invalid --no-skip-invalid --spool --resume --spool-limit --content-type --payload-format --message-expiry --response-topic --correlation-data --topic-alias --user-property --url --host --port --unix --bind --connect-timeout --protocol-version --id --id-prefix --username --password --password-file --password-env --password-fd --password-command --ask-password --no-ask-password --auth-method --auth-data-file --reauth-interval --token-file --token-env --token-command --oauth-issuer --oauth-token-url --oauth-client-id --oauth-client-secret-file --oauth-scope --oauth-audience --oauth-cafile --token-in --token-preset --tls --no-tls --cafile --capath --cert --key --key-password --key-password-file --key-password-env --pkcs12 --insecure --no-insecure --tls-version --tls-max --ciphers --alpn --sni --crl --ocsp --psk --psk-file --psk-identity --tls-keylog --ws --no-ws --ws-path --ws-header --proxy --proxy-username --proxy-password-file --proxy-password-env --proxy-cafile --no-proxy --resolve --srv --no-srv --keepalive --disable-clean-session --clean-start --session-expiry-interval --ack-timeout --reconnect --no-reconnect --reconnect-delay --reconnect-max-delay --receive-maximum --maximum-packet-size --topic-alias-maximum --connect-user-property --will-topic --will-payload --will-payload-file --will-qos --will-retain --no-will-retain --will-delay --will-expiry --will-content-type --will-payload-format --will-response-topic --will-correlation-data --will-user-property --property --debug --no-debug --quiet --no-quiet --color --config --help --version" "$cur"
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
        --spool-limit-policy)
            _mqrig_words "block drop-oldest reject" "$cur"
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
        --auth-data-file)
            _mqrig_known file "$cur"
            return
            ;;
        --token-file)
            _mqrig_known file "$cur"
            return
            ;;
        --token-env)
            _mqrig_known export "$cur"
            return
            ;;
        --oauth-client-secret-file)
            _mqrig_known file "$cur"
            return
            ;;
        --oauth-cafile)
            _mqrig_known file "$cur"
            return
            ;;
        --token-in)
            _mqrig_words "password username auth ws-header" "$cur"
            return
            ;;
        --token-preset)
            _mqrig_words "azure-entra azure-custom aws-custom emqx rabbitmq go-auth" "$cur"
            return
            ;;
        --cafile)
            _mqrig_known file "$cur"
            return
            ;;
        --capath)
            _mqrig_known file "$cur"
            return
            ;;
        --cert)
            _mqrig_known file "$cur"
            return
            ;;
        --key)
            _mqrig_known file "$cur"
            return
            ;;
        --key-password-file)
            _mqrig_known file "$cur"
            return
            ;;
        --key-password-env)
            _mqrig_known export "$cur"
            return
            ;;
        --pkcs12)
            _mqrig_known file "$cur"
            return
            ;;
        --tls-version)
            _mqrig_words "1.2 1.3" "$cur"
            return
            ;;
        --tls-max)
            _mqrig_words "1.2 1.3" "$cur"
            return
            ;;
        --crl)
            _mqrig_known file "$cur"
            return
            ;;
        --ocsp)
            _mqrig_words "off check require" "$cur"
            return
            ;;
        --psk-file)
            _mqrig_known file "$cur"
            return
            ;;
        --tls-keylog)
            _mqrig_known file "$cur"
            return
            ;;
        --proxy-password-file)
            _mqrig_known file "$cur"
            return
            ;;
        --proxy-password-env)
            _mqrig_known export "$cur"
            return
            ;;
        --proxy-cafile)
            _mqrig_known file "$cur"
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
        -t|--topic|-U|--unsubscribe|--subscription-id|--subscribe-user-property|-F|--format|--exec|--exec-jobs|--exec-timeout|--exec-retries|--exec-retry-delay|--exec-grace|--spool-limit|--spool-limit-messages|--spool-limit-age|-T|--filter-out|--random-filter|-C|--count|-W|--timeout|--idle-timeout|-L|--url|-p|--port|--connect-timeout|-i|--id|-I|--id-prefix|-u|--username|-P|--password|--pw|--password-fd|--password-command|--auth-method|--reauth-interval|--token-command|--oauth-issuer|--oauth-token-url|--oauth-client-id|--oauth-scope|--oauth-audience|--key-password|--ciphers|--alpn|--tls-alpn|--sni|--psk|--psk-identity|--ws-path|--ws-header|--proxy|--proxy-username|--proxy-user|--no-proxy|--resolve|-k|--keepalive|--ack-timeout|--reconnect-delay|--reconnect-max-delay|--receive-maximum|--maximum-packet-size|--topic-alias-maximum|--connect-user-property|--will-topic|--will-payload|--will-delay|--will-expiry|--will-content-type|--will-response-topic|--will-correlation-data|--will-user-property)
            return
            ;;
    esac
    _mqrig_words "--topic --qos --unsubscribe --no-local --local --retain-as-published --no-retain-as-published --retain-handling --subscription-id --subscribe-user-property --verbose --no-verbose --json --no-json --json-payload --no-json-payload --format --no-newline --newline --exec --exec-jobs --exec-timeout --exec-retries --exec-retry-delay --exec-failed --exec-grace --spool --spool-limit --spool-limit-messages --spool-limit-age --spool-limit-policy --ack-after --filter-out --skip-retained --no-skip-retained --retained-only --no-retained-only --remove-retained --random-filter --count --timeout --idle-timeout --exit-after-subscribe --embedded --url --host --port --unix --bind --connect-timeout --protocol-version --id --id-prefix --username --password --password-file --password-env --password-fd --password-command --ask-password --no-ask-password --auth-method --auth-data-file --reauth-interval --token-file --token-env --token-command --oauth-issuer --oauth-token-url --oauth-client-id --oauth-client-secret-file --oauth-scope --oauth-audience --oauth-cafile --token-in --token-preset --tls --no-tls --cafile --capath --cert --key --key-password --key-password-file --key-password-env --pkcs12 --insecure --no-insecure --tls-version --tls-max --ciphers --alpn --sni --crl --ocsp --psk --psk-file --psk-identity --tls-keylog --ws --no-ws --ws-path --ws-header --proxy --proxy-username --proxy-password-file --proxy-password-env --proxy-cafile --no-proxy --resolve --srv --no-srv --keepalive --disable-clean-session --clean-start --session-expiry-interval --ack-timeout --reconnect --no-reconnect --reconnect-delay --reconnect-max-delay --receive-maximum --maximum-packet-size --topic-alias-maximum --connect-user-property --will-topic --will-payload --will-payload-file --will-qos --will-retain --no-will-retain --will-delay --will-expiry --will-content-type --will-payload-format --will-response-topic --will-correlation-data --will-user-property --property --debug --no-debug --quiet --no-quiet --color --config --help --version" "$cur"
}

_mqrig_broker() {
    local cur=$1 prev=$2
    case $prev in
        --pid-file)
            _mqrig_known file "$cur"
            return
            ;;
        --cert)
            _mqrig_known file "$cur"
            return
            ;;
        --key)
            _mqrig_known file "$cur"
            return
            ;;
        --pkcs12)
            _mqrig_known file "$cur"
            return
            ;;
        --key-password-file)
            _mqrig_known file "$cur"
            return
            ;;
        --key-password-env)
            _mqrig_known export "$cur"
            return
            ;;
        --cafile)
            _mqrig_known file "$cur"
            return
            ;;
        --capath)
            _mqrig_known file "$cur"
            return
            ;;
        --crl)
            _mqrig_known file "$cur"
            return
            ;;
        --psk-file)
            _mqrig_known file "$cur"
            return
            ;;
        --tls-version)
            _mqrig_words "1.2 1.3" "$cur"
            return
            ;;
        --tls-max)
            _mqrig_words "1.2 1.3" "$cur"
            return
            ;;
        --tls-keylog)
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
        --jwt-jwks)
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
        -p|--port|--listen|--workers|--ready-fd|--key-password|--ciphers|--alpn|--jwt-issuer|--jwt-audience|--jwt-user-claim|--max-connections|--max-packet-size|--connect-timeout|--receive-maximum|--max-inflight|--max-topic-aliases|--max-queued-messages|--max-queued-bytes|--max-queued-bytes-in-all|--max-output-bytes|--max-sessions|--max-subscriptions|--max-retained-messages|--max-retained-bytes|--max-topic-levels|--max-keep-alive|--chaos|--seed|--sys-interval)
            return
            ;;
    esac
    _mqrig_words "--port --listen --proxy-protocol --no-proxy-protocol --workers --pid-file --ready-fd --cert --key --pkcs12 --key-password --key-password-file --key-password-env --cafile --capath --require-certificate --no-require-certificate --use-identity-as-username --no-use-identity-as-username --crl --psk-file --tls-version --tls-max --ciphers --alpn --tls-keylog --allow-anonymous --no-allow-anonymous --password-file --acl-file --jwt-jwks --jwt-issuer --jwt-audience --jwt-user-claim --state --max-connections --max-packet-size --connect-timeout --receive-maximum --max-inflight --max-topic-aliases --max-queued-messages --max-queued-bytes --max-queued-bytes-in-all --when-full --max-output-bytes --max-sessions --max-subscriptions --max-retained-messages --max-retained-bytes --max-topic-levels --max-keep-alive --max-session-expiry --chaos --chaos-control --no-chaos-control --seed --sys-interval --metrics --verbose --no-verbose --debug --no-debug --quiet --no-quiet --color --config --help --version" "$cur"
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
        --from-auth-data-file)
            _mqrig_known file "$cur"
            return
            ;;
        --from-token-file)
            _mqrig_known file "$cur"
            return
            ;;
        --from-token-env)
            _mqrig_known export "$cur"
            return
            ;;
        --from-oauth-client-secret-file)
            _mqrig_known file "$cur"
            return
            ;;
        --from-oauth-cafile)
            _mqrig_known file "$cur"
            return
            ;;
        --from-token-in)
            _mqrig_words "password username auth ws-header" "$cur"
            return
            ;;
        --from-token-preset)
            _mqrig_words "azure-entra azure-custom aws-custom emqx rabbitmq go-auth" "$cur"
            return
            ;;
        --from-cafile)
            _mqrig_known file "$cur"
            return
            ;;
        --from-capath)
            _mqrig_known file "$cur"
            return
            ;;
        --from-cert)
            _mqrig_known file "$cur"
            return
            ;;
        --from-key)
            _mqrig_known file "$cur"
            return
            ;;
        --from-key-password-file)
            _mqrig_known file "$cur"
            return
            ;;
        --from-key-password-env)
            _mqrig_known export "$cur"
            return
            ;;
        --from-pkcs12)
            _mqrig_known file "$cur"
            return
            ;;
        --from-tls-version)
            _mqrig_words "1.2 1.3" "$cur"
            return
            ;;
        --from-tls-max)
            _mqrig_words "1.2 1.3" "$cur"
            return
            ;;
        --from-crl)
            _mqrig_known file "$cur"
            return
            ;;
        --from-ocsp)
            _mqrig_words "off check require" "$cur"
            return
            ;;
        --from-psk-file)
            _mqrig_known file "$cur"
            return
            ;;
        --from-tls-keylog)
            _mqrig_known file "$cur"
            return
            ;;
        --from-proxy-password-file)
            _mqrig_known file "$cur"
            return
            ;;
        --from-proxy-password-env)
            _mqrig_known export "$cur"
            return
            ;;
        --from-proxy-cafile)
            _mqrig_known file "$cur"
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
        --to-auth-data-file)
            _mqrig_known file "$cur"
            return
            ;;
        --to-token-file)
            _mqrig_known file "$cur"
            return
            ;;
        --to-token-env)
            _mqrig_known export "$cur"
            return
            ;;
        --to-oauth-client-secret-file)
            _mqrig_known file "$cur"
            return
            ;;
        --to-oauth-cafile)
            _mqrig_known file "$cur"
            return
            ;;
        --to-token-in)
            _mqrig_words "password username auth ws-header" "$cur"
            return
            ;;
        --to-token-preset)
            _mqrig_words "azure-entra azure-custom aws-custom emqx rabbitmq go-auth" "$cur"
            return
            ;;
        --to-cafile)
            _mqrig_known file "$cur"
            return
            ;;
        --to-capath)
            _mqrig_known file "$cur"
            return
            ;;
        --to-cert)
            _mqrig_known file "$cur"
            return
            ;;
        --to-key)
            _mqrig_known file "$cur"
            return
            ;;
        --to-key-password-file)
            _mqrig_known file "$cur"
            return
            ;;
        --to-key-password-env)
            _mqrig_known export "$cur"
            return
            ;;
        --to-pkcs12)
            _mqrig_known file "$cur"
            return
            ;;
        --to-tls-version)
            _mqrig_words "1.2 1.3" "$cur"
            return
            ;;
        --to-tls-max)
            _mqrig_words "1.2 1.3" "$cur"
            return
            ;;
        --to-crl)
            _mqrig_known file "$cur"
            return
            ;;
        --to-ocsp)
            _mqrig_words "off check require" "$cur"
            return
            ;;
        --to-psk-file)
            _mqrig_known file "$cur"
            return
            ;;
        --to-tls-keylog)
            _mqrig_known file "$cur"
            return
            ;;
        --to-proxy-password-file)
            _mqrig_known file "$cur"
            return
            ;;
        --to-proxy-password-env)
            _mqrig_known export "$cur"
            return
            ;;
        --to-proxy-cafile)
            _mqrig_known file "$cur"
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
        --show-topic|-t|--topic|--exclude|--local-prefix|--remote-prefix|--target|--remove-property|--expiry|--filter|--transform|--batch-count|--batch-linger|--name|--window|--rate|--max-hops|--notification-topic|--status-topic|--status-interval|--limit-bytes|--limit-messages|--limit-age|--share|--from-name|--from|--from-connect-timeout|--from-id|--from-username|--from-password-command|--from-auth-method|--from-reauth-interval|--from-token-command|--from-oauth-issuer|--from-oauth-token-url|--from-oauth-client-id|--from-oauth-scope|--from-oauth-audience|--from-ciphers|--from-alpn|--from-sni|--from-psk-identity|--from-proxy|--from-proxy-username|--from-no-proxy|--from-resolve|--from-keepalive|--from-ack-timeout|--from-reconnect-delay|--from-reconnect-max-delay|--from-receive-maximum|--from-maximum-packet-size|--from-topic-alias-maximum|--from-connect-user-property|--to-name|--to|--to-connect-timeout|--to-id|--to-username|--to-password-command|--to-auth-method|--to-reauth-interval|--to-token-command|--to-oauth-issuer|--to-oauth-token-url|--to-oauth-client-id|--to-oauth-scope|--to-oauth-audience|--to-ciphers|--to-alpn|--to-sni|--to-psk-identity|--to-proxy|--to-proxy-username|--to-no-proxy|--to-resolve|--to-keepalive|--to-ack-timeout|--to-reconnect-delay|--to-reconnect-max-delay|--to-receive-maximum|--to-maximum-packet-size|--to-topic-alias-maximum|--to-connect-user-property|--ready-fd)
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
    _mqrig_words "--action --file --show-topic --print-config --topic --exclude --direction --local-prefix --remote-prefix --target --max-qos --qos --retain --initial-retained --no-initial-retained --pass-properties --no-pass-properties --remove-property --map-response-topic --no-map-response-topic --expiry --filter --transform --split --spool-qos-0 --no-spool-qos-0 --batch-format --batch-count --batch-linger --spool --metrics --name --window --rate --loop-prevention --no-loop-prevention --max-hops --notification-topic --notify-remote --no-notify-remote --status-topic --status-interval --limit-bytes --limit-messages --limit-age --limit-policy --share --from-name --from --from-bind --from-connect-timeout --from-protocol-version --from-id --from-username --from-password-file --from-password-env --from-password-command --from-auth-method --from-auth-data-file --from-reauth-interval --from-token-file --from-token-env --from-token-command --from-oauth-issuer --from-oauth-token-url --from-oauth-client-id --from-oauth-client-secret-file --from-oauth-scope --from-oauth-audience --from-oauth-cafile --from-token-in --from-token-preset --from-cafile --from-capath --from-cert --from-key --from-key-password-file --from-key-password-env --from-pkcs12 --from-insecure --no-from-insecure --from-tls-version --from-tls-max --from-ciphers --from-alpn --from-sni --from-crl --from-ocsp --from-psk-file --from-psk-identity --from-tls-keylog --from-proxy --from-proxy-username --from-proxy-password-file --from-proxy-password-env --from-proxy-cafile --from-no-proxy --from-resolve --from-srv --no-from-srv --from-keepalive --from-session-expiry-interval --from-ack-timeout --from-reconnect-delay --from-reconnect-max-delay --from-receive-maximum --from-maximum-packet-size --from-topic-alias-maximum --from-connect-user-property --to-name --to --to-bind --to-connect-timeout --to-protocol-version --to-id --to-username --to-password-file --to-password-env --to-password-command --to-auth-method --to-auth-data-file --to-reauth-interval --to-token-file --to-token-env --to-token-command --to-oauth-issuer --to-oauth-token-url --to-oauth-client-id --to-oauth-client-secret-file --to-oauth-scope --to-oauth-audience --to-oauth-cafile --to-token-in --to-token-preset --to-cafile --to-capath --to-cert --to-key --to-key-password-file --to-key-password-env --to-pkcs12 --to-insecure --no-to-insecure --to-tls-version --to-tls-max --to-ciphers --to-alpn --to-sni --to-crl --to-ocsp --to-psk-file --to-psk-identity --to-tls-keylog --to-proxy --to-proxy-username --to-proxy-password-file --to-proxy-password-env --to-proxy-cafile --to-no-proxy --to-resolve --to-srv --no-to-srv --to-keepalive --to-session-expiry-interval --to-ack-timeout --to-reconnect-delay --to-reconnect-max-delay --to-receive-maximum --to-maximum-packet-size --to-topic-alias-maximum --to-connect-user-property --pid-file --ready-fd --quiet --no-quiet --color --config --help --version" "$cur"
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
        --auth-data-file)
            _mqrig_known file "$cur"
            return
            ;;
        --token-file)
            _mqrig_known file "$cur"
            return
            ;;
        --token-env)
            _mqrig_known export "$cur"
            return
            ;;
        --oauth-client-secret-file)
            _mqrig_known file "$cur"
            return
            ;;
        --oauth-cafile)
            _mqrig_known file "$cur"
            return
            ;;
        --token-in)
            _mqrig_words "password username auth ws-header" "$cur"
            return
            ;;
        --token-preset)
            _mqrig_words "azure-entra azure-custom aws-custom emqx rabbitmq go-auth" "$cur"
            return
            ;;
        --cafile)
            _mqrig_known file "$cur"
            return
            ;;
        --capath)
            _mqrig_known file "$cur"
            return
            ;;
        --cert)
            _mqrig_known file "$cur"
            return
            ;;
        --key)
            _mqrig_known file "$cur"
            return
            ;;
        --key-password-file)
            _mqrig_known file "$cur"
            return
            ;;
        --key-password-env)
            _mqrig_known export "$cur"
            return
            ;;
        --pkcs12)
            _mqrig_known file "$cur"
            return
            ;;
        --tls-version)
            _mqrig_words "1.2 1.3" "$cur"
            return
            ;;
        --tls-max)
            _mqrig_words "1.2 1.3" "$cur"
            return
            ;;
        --crl)
            _mqrig_known file "$cur"
            return
            ;;
        --ocsp)
            _mqrig_words "off check require" "$cur"
            return
            ;;
        --psk-file)
            _mqrig_known file "$cur"
            return
            ;;
        --tls-keylog)
            _mqrig_known file "$cur"
            return
            ;;
        --proxy-password-file)
            _mqrig_known file "$cur"
            return
            ;;
        --proxy-password-env)
            _mqrig_known export "$cur"
            return
            ;;
        --proxy-cafile)
            _mqrig_known file "$cur"
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
        -c|--clients|--publishers|--subscribers|--subscribers-per-topic|--ramp|--connect-rate|--lifetime|--storm-interval|--rate|--total-rate|-M|--inflight|--max-inflight|--think|--duration|--count|--warmup|--drain-timeout|-t|--topics|--topic|--filter|-q|--qos|--sub-qos|-s|--size|--payload-template|--share|--groups|--content-type|--message-expiry|--response-topic|--user-property|--slo|--find-from|--find-to|--step-duration|--tolerance|--metrics|--interval|--threads|--workers|--shard|--start-at|--start-on|-L|--url|-p|--port|-A|--bind|--connect-timeout|-i|--id|-I|--id-prefix|-u|--username|-P|--password|--pw|--password-fd|--password-command|--auth-method|--token-command|--oauth-issuer|--oauth-token-url|--oauth-client-id|--oauth-scope|--oauth-audience|--key-password|--ciphers|--alpn|--tls-alpn|--sni|--psk|--psk-identity|--ws-path|--ws-header|--proxy|--proxy-username|--proxy-user|--no-proxy|--resolve|-k|--keepalive|--ack-timeout|--reconnect-delay|--reconnect-max-delay|--receive-maximum|--maximum-packet-size|--topic-alias-maximum|--connect-user-property|--will-topic|--will-payload|--will-delay|--will-expiry|--will-content-type|--will-response-topic|--will-correlation-data|--will-user-property)
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
    _mqrig_words "--scenario --file --print-scenario --clients --publishers --subscribers --subscribers-per-topic --ramp --connect-rate --lifetime --leave --storm --no-storm --storm-interval --rate --total-rate --inflight --think --duration --count --warmup --drain-timeout --topics --filter --qos --sub-qos --retain --no-retain --size --payload-file --payload-template --payload-lines --stamp --no-stamp --share --groups --content-type --payload-format --message-expiry --response-topic --user-property --slo --verify --find-max --find-from --find-to --step-duration --tolerance --json --csv --hdr --html --metrics --interval --live --no-live --plain --no-plain --threads --workers --shard --start-at --start-on --url --host --port --unix --bind --connect-timeout --protocol-version --id --id-prefix --username --password --password-file --password-env --password-fd --password-command --ask-password --no-ask-password --auth-method --auth-data-file --token-file --token-env --token-command --oauth-issuer --oauth-token-url --oauth-client-id --oauth-client-secret-file --oauth-scope --oauth-audience --oauth-cafile --token-in --token-preset --tls --no-tls --cafile --capath --cert --key --key-password --key-password-file --key-password-env --pkcs12 --insecure --no-insecure --tls-version --tls-max --ciphers --alpn --sni --crl --ocsp --psk --psk-file --psk-identity --tls-keylog --ws --no-ws --ws-path --ws-header --proxy --proxy-username --proxy-password-file --proxy-password-env --proxy-cafile --no-proxy --resolve --srv --no-srv --keepalive --disable-clean-session --clean-start --session-expiry-interval --ack-timeout --reconnect --no-reconnect --reconnect-delay --reconnect-max-delay --receive-maximum --maximum-packet-size --topic-alias-maximum --connect-user-property --will-topic --will-payload --will-payload-file --will-qos --will-retain --no-will-retain --will-delay --will-expiry --will-content-type --will-payload-format --will-response-topic --will-correlation-data --will-user-property --property --debug --no-debug --quiet --no-quiet --color --config --help --version" "$cur"
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
