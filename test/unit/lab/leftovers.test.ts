import { describe, expect, it } from 'vitest'
import { cgroupMounts } from '../../../src/lab/cgroup.ts'
import { mountsUnder } from '../../../src/lab/network.ts'
import { belongsTo, LAB_NAME, machineOf, placeOf } from '../../../src/lab/place.ts'
import { parentIn } from '../../../src/lab/process-tree.ts'

const MOUNTINFO = `22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 22 0:26 / /sys/fs/cgroup rw shared:1 - tmpfs tmpfs rw
31 30 0:27 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd
32 30 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
40 22 0:40 / /run/mmha/lab/lab/m1/root rw - overlay mmha-lab.m1 rw
41 40 0:41 / /run/mmha/lab/lab/m1/root/my\\040data rw - tmpfs t rw
42 22 0:42 / /run/mmha/lab/lab2/m1/root rw - overlay mmha-lab2.m1 rw
`

// What has such a name is removed by root, with all that is below.
it.each(['', '.', '..', '../../..', 'a/b', '/', 'a b', 'A', '-a', 'a'.repeat(32)])('no place is called %j', (name) => {
  expect(() => placeOf(name)).toThrow(expect.objectContaining({ code: 'LAB_NAME_INVALID', exit: 4 }))
})

describe('what belongs to a lab', () => {
  it.each([
    ['mmha-lab', true],
    ['mmha-lab.m1', true],
    ['mmha-lab2', false],
    ['mmha-lab-m1', false],
    ['mmha-lab2.m1', false],
    ['lab', false],
  ])('%s: %s', (name, expected) => {
    expect(belongsTo('lab', name)).toBe(expected)
  })

  it('a host never looks like one of another lab', () => {
    expect(belongsTo('a', machineOf('a-b', 'm1'))).toBe(false)
    expect(LAB_NAME.test('a.b')).toBe(false)
    expect(placeOf('a-b')).toMatchObject({ run: '/run/mmha/lab/a-b', disks: '/var/lib/mmha/lab/a-b' })
  })

  it('mounts, the deepest first, names decoded', () => {
    expect(mountsUnder('/run/mmha/lab/lab', MOUNTINFO)).toEqual([
      '/run/mmha/lab/lab/m1/root/my data',
      '/run/mmha/lab/lab/m1/root',
    ])
  })

  it('cgroup hierarchies, old and unified', () => {
    expect(cgroupMounts(MOUNTINFO)).toEqual([
      { path: '/sys/fs/cgroup/systemd', type: 'cgroup' },
      { path: '/sys/fs/cgroup/unified', type: 'cgroup2' },
    ])
  })

  it('the parent of a process whose name holds brackets', () => {
    expect(parentIn('812 (a) S 1) R 77 812 812 0 -1')).toBe(77)
  })
})
