import type { Router, RouterHistory } from 'vue-router';
import { createRouter } from 'vue-router';
import NotFoundPage from './pages/not-found-page.vue';
import OrderPage from './pages/order-page.vue';
import OrdersPage from './pages/orders-page.vue';
import ShopPage from './pages/shop-page.vue';

/**
 * The addresses of the page. None begins like one of the server's own: /api, /webhooks, /actuator,
 * /local-issuer and the like. Operators' pages come when they are asked for.
 */
export const createConsoleRouter = (history: RouterHistory): Router =>
  createRouter({
    history,
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
    routes: [
      { path: '/', name: 'shop', component: ShopPage },
      { path: '/orders', name: 'orders', component: OrdersPage },
      { path: '/orders/:orderNo', name: 'order', component: OrderPage, props: true },
      {
        path: '/alerts',
        name: 'alerts',
        component: () => import('./pages/alerts-page.vue'),
      },
      {
        path: '/alerts/:alertId',
        name: 'alert',
        component: () => import('./pages/alert-page.vue'),
        props: true,
      },
      {
        path: '/incidents',
        name: 'incidents',
        component: () => import('./pages/incidents-page.vue'),
      },
      {
        path: '/incidents/:incidentId',
        name: 'incident',
        component: () => import('./pages/incident-page.vue'),
        props: true,
      },
      {
        path: '/remedies',
        name: 'remedies',
        component: () => import('./pages/remedies-page.vue'),
      },
      {
        path: '/remedies/:remedyId',
        name: 'remedy',
        component: () => import('./pages/remedy-page.vue'),
        props: true,
      },
      { path: '/search', name: 'search', component: () => import('./pages/search-page.vue') },
      { path: '/:rest(.*)*', name: 'not-found', component: NotFoundPage },
    ],
  });
