import { Command } from 'commander';
import { addAlertsList } from './commands/alerts-list.ts';
import { addAlertsSay } from './commands/alerts-say.ts';
import { addAlertsTail } from './commands/alerts-tail.ts';
import { addAppKeyCreate, addAppKeyList, addAppKeyRevoke } from './commands/app-keys.ts';
import { addArchiveCheck, addArchiveWrite } from './commands/archive.ts';
import { addArchiveRestore } from './commands/archive-restore.ts';
import { addBundleExport, addBundleImport, addBundleShow } from './commands/bundle.ts';
import type { RunCommand } from './commands/command.ts';
import { examples } from './commands/command.ts';
import { addBuy } from './commands/buy.ts';
import { addCheckoutPush, addCheckoutShow } from './commands/checkout.ts';
import { addDeadLettersHistory } from './commands/dead-letters-history.ts';
import { addDeadLettersList } from './commands/dead-letters-list.ts';
import { addDeadLettersRedrive } from './commands/dead-letters-redrive.ts';
import { addDeadLettersShow } from './commands/dead-letters-show.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEndpointList, addEndpointShow } from './commands/endpoint-look.ts';
import { addEndpointRotate, addEndpointSay, addEndpointTest } from './commands/endpoint-say.ts';
import { addEndpointChange, addEndpointRegister } from './commands/endpoint-set.ts';
import { addIncidentsLook } from './commands/incidents-look.ts';
import { addIncidentsSay } from './commands/incidents-say.ts';
import { addLag } from './commands/lag.ts';
import { addListen } from './commands/listen.ts';
import { addMonitorAccountList, addMonitorAccountShow } from './commands/monitor-account-look.ts';
import {
  addMonitorAccountChange,
  addMonitorAccountRegister,
  addMonitorAccountSay,
} from './commands/monitor-account-set.ts';
import {
  addMonitorClientChange,
  addMonitorClientList,
  addMonitorClientRegister,
  addMonitorClientRevoke,
  addMonitorClientRotate,
} from './commands/monitor-client-set.ts';
import { addMonitorClient } from './commands/monitor-client.ts';
import {
  addMonitorMoneyList,
  addMonitorMoneyMatch,
  addMonitorMoneySetAside,
} from './commands/monitor-money.ts';
import { addMonitorOrders } from './commands/monitor-orders.ts';
import { addNotificationList, addNotificationShow } from './commands/notification-look.ts';
import {
  addNotificationAbandon,
  addNotificationReplay,
  addNotificationRetry,
} from './commands/notification-say.ts';
import { addOrderTimeline } from './commands/order-timeline.ts';
import { addPaymentClose, addPaymentQuery, addPaymentRefund } from './commands/payment.ts';
import { addPaymentParked, addPaymentShow } from './commands/payment-show.ts';
import { addPersonalDataErasures } from './commands/personal-data-erasures.ts';
import { addPersonalDataErase, addPersonalDataRewrap } from './commands/personal-data.ts';
import { addRebuild } from './commands/rebuild.ts';
import { addRemediesLook } from './commands/remedies-look.ts';
import { addRemediesSay } from './commands/remedies-say.ts';
import { addReplay } from './commands/replay.ts';
import { addRulesList } from './commands/rules-list.ts';
import { addRulesSet } from './commands/rules-set.ts';
import { addRulesSwitches } from './commands/rules-switch.ts';
import { addSeed } from './commands/seed.ts';
import { addStack } from './commands/stack.ts';
import { addTopics } from './commands/topics.ts';
import { addShow } from './commands/travel.ts';
import { addTrigger } from './commands/trigger.ts';
import { addVerify } from './commands/verify.ts';
import { addWhatIf } from './commands/what-if.ts';

const notes = `
Addresses come from the environment, the same variables as the services'; unset, the local stack.
Exit codes: 0 fine, 1 found something or failed, 2 asked or configured wrongly.
`;

/** A command that only has commands of its own. */
const group = (program: Command, name: string, description: string): Command =>
  program.command(name).description(description).helpCommand(false);

export function createProgram(run: RunCommand): Command {
  const program = new Command('plumbline')
    .description('See and mend what orders and payments said on Kafka')
    .helpCommand(false)
    .showHelpAfterError('(--help shows how)')
    .addHelpText(
      'after',
      notes + examples('alerts tail --from 1h', 'order timeline H1001', 'doctor'),
    );
  const alerts = group(program, 'alerts', 'Where orders and payments disagree');
  addAlertsTail(alerts, run);
  addAlertsList(alerts, run);
  addAlertsSay(alerts, run);
  addShow(alerts, run, { kind: 'alert', description: 'Show an alert, now or at any moment' });
  const incidents = group(program, 'incidents', 'Alerts of one rule that came together');
  addIncidentsLook(incidents, run);
  addIncidentsSay(incidents, run);
  const remedies = group(program, 'remedies', 'What is done about alerts, by policy');
  addRemediesLook(remedies, run);
  addRemediesSay(remedies, run);
  const order = group(program, 'order', 'One order');
  addShow(order, run, { kind: 'order', description: 'Show an order, now or at any moment' });
  addOrderTimeline(order, run);
  const checkout = group(program, 'checkout', 'The checkout of one purchase');
  addCheckoutShow(checkout, run);
  addCheckoutPush(checkout, run);
  const payment = group(program, 'payment', 'One payment at its gateway');
  addPaymentShow(payment, run);
  addPaymentParked(payment, run);
  addPaymentQuery(payment, run);
  addPaymentClose(payment, run);
  addPaymentRefund(payment, run);
  const stock = group(program, 'stock', 'One item, and what is set aside of it');
  addShow(stock, run, { kind: 'stock', description: 'Show the stock of an item at any moment' });
  const account = group(program, 'account', 'One account, and what is held on it');
  addShow(account, run, { kind: 'account', description: 'Show an account at any moment' });
  const appKey = group(program, 'app-key', 'API keys of apps, which are merchants');
  addAppKeyCreate(appKey, run);
  addAppKeyList(appKey, run);
  addAppKeyRevoke(appKey, run);
  const personalData = group(
    program,
    'personal-data',
    'Keys under which personal data is encrypted',
  );
  addPersonalDataErase(personalData, run);
  addPersonalDataErasures(personalData, run);
  addPersonalDataRewrap(personalData, run);
  const rules = group(program, 'rules', 'The rules that raise alerts');
  addRulesList(rules, run);
  addRulesSet(rules, run);
  addRulesSwitches(rules, run);
  const deadLetters = group(program, 'dead-letters', 'Records that could not be processed');
  addDeadLettersList(deadLetters, run);
  addDeadLettersShow(deadLetters, run);
  addDeadLettersRedrive(deadLetters, run);
  addDeadLettersHistory(deadLetters, run);
  addWebhooks(program, run);
  addMonitor(program, run);
  addLag(program, run);
  addTopics(program, run);
  addDoctor(program, run);
  addArchive(program, run);
  addRebuild(program, run);
  addReplay(program, run);
  addVerify(program, run);
  addWhatIf(program, run);
  addBuy(program, run);
  addSeed(program, run);
  addStack(program, run);
  return program;
}

function addArchive(program: Command, run: RunCommand): void {
  const archive = group(program, 'archive', 'Topics as Avro container files, and back');
  addArchiveWrite(archive, run);
  addArchiveCheck(archive, run);
  addArchiveRestore(archive, run);
  const bundle = group(program, 'bundle', 'One order, merchant or time of the log, in a folder');
  addBundleExport(bundle, run);
  addBundleShow(bundle, run);
  addBundleImport(bundle, run);
}

function addWebhooks(program: Command, run: RunCommand): void {
  const endpoint = group(program, 'endpoint', 'Where notifications are delivered');
  addEndpointRegister(endpoint, run);
  addEndpointList(endpoint, run);
  addEndpointShow(endpoint, run);
  addEndpointChange(endpoint, run);
  addEndpointSay(endpoint, run);
  addEndpointRotate(endpoint, run);
  addEndpointTest(endpoint, run);
  const notification = group(program, 'notification', 'What was delivered, and what was not');
  addNotificationList(notification, run);
  addNotificationShow(notification, run);
  addNotificationRetry(notification, run);
  addNotificationAbandon(notification, run);
  addNotificationReplay(notification, run);
  addListen(program, run);
  addTrigger(program, run);
}

function addMonitor(program: Command, run: RunCommand): void {
  const monitor = group(program, 'monitor', 'Personal accounts that are paid into');
  const accounts = group(monitor, 'accounts', 'The accounts and their channels');
  addMonitorAccountList(accounts, run);
  addMonitorAccountShow(accounts, run);
  addMonitorAccountRegister(accounts, run);
  addMonitorAccountChange(accounts, run);
  addMonitorAccountSay(accounts, run);
  const clients = group(monitor, 'clients', 'Who may report money, and their keys');
  addMonitorClientList(clients, run);
  addMonitorClientRegister(clients, run);
  addMonitorClientChange(clients, run);
  addMonitorClientRotate(clients, run);
  addMonitorClientRevoke(clients, run);
  const money = group(monitor, 'money', 'What was reported, and what it was for');
  addMonitorMoneyList(money, run);
  addMonitorMoneyMatch(money, run);
  addMonitorMoneySetAside(money, run);
  addMonitorOrders(monitor, run);
  addMonitorClient(program, run);
}
