import { backupWay } from './backup-way.ts'
import { cloneWay } from './clone-way.ts'
import { dumpWay } from './dump-way.ts'
import type { Way } from './way.ts'
import type { WayName } from './way-names.ts'

const WAYS: Readonly<Record<WayName, Way>> = { dump: dumpWay, clone: cloneWay, backup: backupWay }

export function wayNamed(name: WayName): Way {
  return WAYS[name]
}
