import { disasters } from './scenarios/disasters.ts'

disasters('mariadb-10.11', 'later')
