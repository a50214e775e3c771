/** Read-only sh that prints everything of HostFacts; host-facts-parse.ts reads it. Kept short: each process costs a ms or two. */
export const HOST_FACTS_SCRIPT = `
part() { printf '== %s\\n' "$1"; }
part login; echo "$MMHA_UID $MMHA_SUDO"
part os; cat /etc/os-release 2>/dev/null || cat /usr/lib/os-release 2>/dev/null
part arch; uname -m
part hostname; cat /proc/sys/kernel/hostname
part glibc; getconf GNU_LIBC_VERSION 2>/dev/null
part init; if [ -d /run/systemd/system ]; then echo systemd; else echo sysv; fi
part package; for p in apt-get dnf yum; do command -v "$p" && break; done
part link; ip -o link show 2>/dev/null
part address; ip -o addr show 2>/dev/null
part server
for b in /usr/sbin/mariadbd /usr/libexec/mariadbd /usr/sbin/mysqld /usr/libexec/mysqld /usr/local/mysql/bin/mysqld; do
  [ -x "$b" ] || continue
  "$b" --no-defaults --version 2>/dev/null
  break
done
part units
for u in mariadb mysqld mysql; do
  for d in /etc/systemd/system /run/systemd/system /usr/lib/systemd/system /lib/systemd/system; do
    if [ -e "$d/$u.service" ]; then echo "$u $(readlink -f "$d/$u.service")"; break; fi
  done
  [ -x "/etc/init.d/$u" ] && echo "$u /etc/init.d/$u"
done
part running
for s in /proc/[0-9]*/comm; do
  c=
  read -r c <"$s" || continue
  case $c in mysqld | mariadbd) echo "$c" ;; esac
done 2>/dev/null
:
`
