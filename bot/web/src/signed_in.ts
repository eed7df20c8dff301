/** The page a sign-in window returns to: it hands the answer to the page that opened it, and closes. */

import { broadcastResponseToMainFrame } from "@azure/msal-browser/redirect-bridge";

void broadcastResponseToMainFrame().catch(() => window.close());
