// The Chat SDK's WhatsApp adapter under Node's own server: whatever it hands to a handler is counted.
import { createServer } from "node:http";
import { createMemoryState } from "@chat-adapter/state-memory";
import { createWhatsAppAdapter } from "@chat-adapter/whatsapp";
import { Chat, ConsoleLogger } from "chat";

const [secret, phone] = process.argv.slice(2);
const logger = new ConsoleLogger("silent");
const handled = [];
const bot = new Chat({
  userName: "bench",
  concurrency: "concurrent",
  logger,
  state: createMemoryState(),
  adapters: {
    whatsapp: createWhatsAppAdapter({
      accessToken: "none", appSecret: secret, phoneNumberId: phone, verifyToken: "none", logger,
    }),
  },
});
bot.onDirectMessage(async (thread, message) => { handled.push(message.id); });
bot.onReaction(async (event) => { handled.push(`reaction to ${event.messageId}`); });
bot.onAction(async (event) => { handled.push(event.messageId); });

const server = createServer(async (request, response) => {
  if (request.url === "/handled") {
    response.end(JSON.stringify(handled));
    return;
  }
  const parts = [];
  for await (const part of request) parts.push(part);
  const answer = await bot.webhooks.whatsapp(new Request("http://127.0.0.1/webhook", {
    method: "POST", headers: request.headers, body: Buffer.concat(parts),
  }));
  response.statusCode = answer.status;
  response.end(await answer.text());
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
