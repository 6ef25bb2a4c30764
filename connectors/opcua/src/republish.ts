import type { NotificationMessage } from "node-opcua-client";

interface RepublishRequest {
  retransmitSequenceNumber: number;
}
interface RepublishResponse {
  notificationMessage: NotificationMessage;
}
type Answer = (error: Error | null, response?: RepublishResponse) => void;

/** The part of the library's session that asks for lost notifications; not promised, so tested. */
export interface RepublishingSession {
  republish(request: RepublishRequest, answer: Answer): void;
}

/**
 * After a break the library asks for one notification after another until the server says that it
 * has no more (OPC UA Part 4, 6.7). A server that says Good to that with an empty message, as
 * asyncua 2.1 does, would be asked for ever, so this is taken for what it means.
 */
export function endRepublishing(session: RepublishingSession): void {
  const ask = session.republish.bind(session);
  session.republish = (request, answer) => {
    ask(request, (error, response) => {
      const message = response?.notificationMessage;
      if (error || message === undefined) return answer(error, response);
      const empty = (message.notificationData?.length ?? 0) === 0;
      if (empty || message.sequenceNumber !== request.retransmitSequenceNumber) {
        return answer(new Error("BadMessageNotAvailable"));
      }
      answer(null, response);
    });
  };
}
