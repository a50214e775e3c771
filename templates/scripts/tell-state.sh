#!/bin/sh
# Mail on every change. In keepalived.conf, once for each state or once for all of them:
#
#     notify_master "/etc/keepalived/tell-state.sh dba@example.com MASTER"
#     notify_backup "/etc/keepalived/tell-state.sh dba@example.com BACKUP"
#     notify_fault  "/etc/keepalived/tell-state.sh dba@example.com FAULT"
#     notify        "/etc/keepalived/tell-state.sh dba@example.com"
#
# The last form gets INSTANCE|GROUP NAME STATE PRIORITY from the daemon. Mail goes through this host's sendmail. Without
# one, let the daemon send: smtp_server, notification_email and smtp_alert in keepalived.conf need no script at all.
set -u
usage='usage: tell-state.sh ADDRESS STATE | ADDRESS INSTANCE|GROUP NAME STATE PRIORITY'
case $# in
2) to=$1 name=VRRP state=$2 ;;
5) to=$1 name=$3 state=$4 ;;
*) echo "$usage" >&2 && exit 2 ;;
esac
case $to in
*@*) ;;
*) echo "$to is no mail address; $usage" >&2 && exit 2 ;;
esac
PATH=$PATH:/usr/sbin:/usr/lib

host=$(hostname)
text="$(date '+%F %T') $host: $name is $state. Addresses: $(ip -brief address show scope global | tr -s ' \n' ' ')"
logger -t tell-state -p daemon.notice -- "$text" 2>/dev/null || :
command -v sendmail >/dev/null || {
    echo "no sendmail on this host: install one, or use smtp_server" >&2
    exit 1
}
timeout -k 2 30 sendmail -t -i <<MAIL
To: $to
Subject: [$host] $name is $state

$text
MAIL
