import { describe, expect, it } from 'vitest'
import { patienceMs, Stall } from '../../../../src/keepalived/role/stall.ts'

const server = (acknowledged: number, waitSessions = 1, clients = 1) => ({ acknowledged, waitSessions, clients })

describe('commits that wait for a standby', () => {
  it('move while any is acknowledged, and wait from when they were last seen to', () => {
    const stall = new Stall()
    expect(stall.look(server(1), 'up', 1000)).toBe('moving')
    expect(stall.look(server(2), 'up', 1300)).toBe('moving')
    expect(stall.look(server(2), 'silent', 1600)).toBe('stuck')
    expect(stall.waited(1700)).toBe(400)
  })

  it('none waits: that moves, as long as the standby answers or has not been met yet', () => {
    const stall = new Stall()
    expect(stall.look(server(5, 0), 'silent', 0)).toBe('moving')
    expect(stall.look(server(5, 0), 'silent', 300)).toBe('moving')
    expect(stall.look(server(5, 0), 'up', 600)).toBe('moving')
    expect(stall.look(server(5, 0), 'silent', 900)).toBe('stuck')
    expect(stall.waited(900)).toBe(300)
  })

  it('nobody fetches: stuck, whatever was counted', () => {
    const stall = new Stall()
    stall.look(server(1), 'up', 0)
    expect(stall.look(server(2, 0, 0), 'up', 300)).toBe('stuck')
  })

  it('presses as soon as something is wrong, and no longer when it lasts', () => {
    const stall = new Stall()
    stall.look(server(1), 'up', 0)
    expect(stall.pressing).toBe(false)
    stall.look(server(2), 'silent', 300)
    expect(stall.pressing).toBe(true)
    stall.look(server(2), 'silent', 900)
    expect(stall.pressing).toBe(true)
    stall.look(server(2), 'silent', 4000)
    expect(stall.pressing).toBe(false)
  })

  it('the patience: none with the dead, a second with who answers, less with who is not heard', () => {
    expect(patienceMs('down', true, 1)).toBe(0)
    expect(patienceMs('up', true, 1)).toBe(850)
    expect(patienceMs('silent', true, 1)).toBe(850)
    expect(patienceMs('silent', false, 1)).toBe(400)
    expect(patienceMs('silent', false, 0)).toBe(850)
  })
})
