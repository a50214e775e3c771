#!/bin/sh
# A check that restarts its service before it gives up. In keepalived.conf:
#
#     vrrp_script mysql {
#         script "/etc/keepalived/restart-before-fault.sh mysql 2 'mysqladmin ping'"
#         interval 2
#         timeout 60     # above what the restarts may take
#         fall 1
#         rise 1
#     }
#
# and `track_script { mysql }` in the instance. Arguments: the unit, how often it is restarted, the command that says
# whether the service works. Exit code 0: it works, perhaps after a restart; 1: it does not, and the address moves.
# Think twice: the peer could serve within a second, and a restart of a database takes longer. With a mysql_server block
# the address moves first, and systemd restarts the server (Restart=on-failure) meanwhile.
set -u
[ $# -eq 3 ] || {
    echo "usage: restart-before-fault.sh UNIT RESTARTS COMMAND" >&2
    exit 2
}
unit=$1 restarts=$2 works=$3
# One restart must not begin while another one goes on; held until this script ends.
exec 9>"${XDG_RUNTIME_DIR:-/run}/restart-before-fault.$unit" && flock -n 9 || exit 1

try=0
until timeout -k 1 5 sh -c "$works" >/dev/null 2>&1; do
    [ "$try" -lt "$restarts" ] || {
        logger -t restart-before-fault -p daemon.err -- "$unit does not work after $try restarts" 2>/dev/null || :
        exit 1
    }
    try=$((try + 1))
    logger -t restart-before-fault -p daemon.warning -- "$unit does not work: restart $try of $restarts" 2>/dev/null || :
    timeout -k 1 20 systemctl restart "$unit" 9>&- || :
done
exit 0
