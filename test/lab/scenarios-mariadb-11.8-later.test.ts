import { disasters } from './scenarios/disasters.ts'

disasters('mariadb-11.8', 'later')
