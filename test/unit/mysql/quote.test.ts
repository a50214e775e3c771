import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/inventory/secret.ts'
import { sqlIdentifier, sqlString } from '../../../src/mysql/quote.ts'
import { maskedSql, revealedSql, sql, sqlScript } from '../../../src/mysql/sql-text.ts'

/** Reads one literal as the server's lexer does; throws when text is left over. */
function readLiteral(literal: string): string {
  if (literal[0] !== "'") throw new Error('no quote')
  const escapes: Record<string, string> = { 0: '\0', n: '\n', r: '\r', Z: '\x1a', b: '\b', t: '\t' }
  let value = ''
  for (let i = 1; i < literal.length; i++) {
    const char = literal[i]
    if (char === '\\') {
      i += 1
      const next = literal[i] ?? ''
      value += escapes[next] ?? next
    } else if (char === "'" && literal[i + 1] === "'") {
      i += 1
      value += "'"
    } else if (char === "'") {
      if (i !== literal.length - 1) throw new Error(`left over: ${literal.slice(i + 1)}`)
      return value
    } else value += char
  }
  throw new Error('not ended')
}

const nasty = fc.string({
  unit: fc.constantFrom("'", '"', '\\', '\0', '\n', '\r', '\x1a', '`', ';', '-', 'a', 'é', '😀'),
})

describe('quoting', () => {
  it('a literal holds its value and nothing else', () => {
    fc.assert(fc.property(fc.oneof(nasty, fc.string()), (value) => readLiteral(sqlString(value)) === value))
  })

  it('a literal is one line, for the command line client', () => {
    fc.assert(fc.property(nasty, (value) => !/[\n\r\0]/.test(sqlString(value))))
  })

  it('an identifier holds its name and nothing else', () => {
    const name = nasty.filter((n) => n !== '' && !n.includes('\0'))
    fc.assert(
      fc.property(name, (n) => {
        const quoted = sqlIdentifier(n)
        expect(quoted.slice(1, -1).replaceAll('``', '`')).toBe(n)
        expect(quoted.slice(1, -1).replaceAll('``', '')).not.toContain('`')
      }),
    )
  })

  it.each(['', 'a\0b', 'x'.repeat(65)])('%j is no identifier', (name) => {
    expect(() => sqlIdentifier(name)).toThrow(RangeError)
  })
})

describe('statements with secrets', () => {
  const statement = sql`ALTER USER ${sqlString('u')} IDENTIFIED BY ${new Secret("p'\\w")}`

  it('show a secret to the server only', () => {
    expect(maskedSql(statement)).toBe("ALTER USER 'u' IDENTIFIED BY ***")
    expect(revealedSql(statement)).toBe("ALTER USER 'u' IDENTIFIED BY 'p''\\\\w'")
    expect(JSON.stringify(statement)).not.toContain('w')
  })

  it('become a script', () => {
    expect(maskedSql(sqlScript(['SELECT 1', statement]))).toBe("SELECT 1;\nALTER USER 'u' IDENTIFIED BY ***;\n")
  })
})
