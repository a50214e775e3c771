import { SQL_FUNCTIONS } from './mysql-client.ts'

/**
 * sh, to stand before every apt-get and dpkg that changes something while a server may be in use. Whatever is installed or
 * removed, they finish all that was left half done, and the scripts of a database server's package restart it. One that takes
 * writes is somebody's; on a host that mmha sets up it is closed by now. Exit 1 with what to do; else nothing is printed.
 */
export const REFUSE_TO_RESTART = `${SQL_FUNCTIONS}
unfinished=$(dpkg-query --show --showformat='\${db:Status-Status} \${Package}\\n' |
  sed -nE 's/^(unpacked|half-configured|half-installed) (.*(mysql|mariadb|percona).*)$/\\2/p' | tr '\\n' ' ')
read_only=
[ -z "$unfinished" ] || read_only=$(sql --execute='SELECT @@GLOBAL.read_only' 2>/dev/null) || :
if [ "$read_only" = 0 ] || [ "$read_only" = OFF ]; then
  echo "the installation of \${unfinished% } was never finished; any other one finishes it, and that restarts the server in use" >&2
  echo 'when it may be restarted: dpkg --configure -a' >&2
  exit 1
fi
`
