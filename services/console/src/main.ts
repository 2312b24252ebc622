import './styles/console.css';
import { createConsole } from './create-console.ts';

createConsole({ window, fetch: window.fetch.bind(window) }).mount('#console');
