#include "tool-service/core/reference_texts.h"

#include <string_view>

#include "common/bxml/document.h"

namespace bw::tool_service {
namespace {

constexpr std::string_view kCallLife = R"(# Working a phone line

## The life of a call

Outbound: queued -> initiated (it rings) -> answered -> disconnected. Inbound calls begin with an `initiate` event and are answered by your first document that speaks, plays or gathers. `disconnected` is final; its cause is one of hangup, busy, timeout, cancel, rejected, callback-error, invalid-bxml, application-error, account-limit, node-capacity-exceeded, error, unknown.

Each event that waits for an answer holds the caller on the line. This server answers with a document that was queued, else it waits a moment for one, else it plays a short filler and asks again. So:

- Queue the first document right after createCall; it is handed over with the answer.
- One document waits per call. A second one is refused until the first was taken: wait for the next event instead.
- Give `key` when you may have to repeat a request: the same key never queues twice.
- A document is refused before it is queued when it is not valid BXML; the error names verb and attribute.

## Events

| type | when | look at |
|---|---|---|
| `initiate` | a call comes in | from, to |
| `answer` | the called person picked up | machineDetectionResult if asked for |
| `gather` | a Gather ended | digits ("" when none came in time), terminatingDigit |
| `redirect` | a Redirect asks for the next document | |
| `recordComplete`, `recordingAvailable` | a recording ended, its file is there | recordingId, status, duration |
| `transcriptionAvailable` | words of a recording are there | recordingId |
| `transferAnswer`, `transferComplete`, `transferDisconnect` | a Transfer's other leg | transferTo, cause |
| `bridgeComplete`, `bridgeTargetComplete` | two calls were connected | cause |
| `machineDetectionComplete` | person or machine is known | machineDetectionResult |
| `dtmf` | a key during StartGather | digit |
| `disconnect` | the call ended | cause, errorMessage |
| `message-received` | a text came in | text, media, from |
| `message-sending`, `message-delivered`, `message-failed` | what became of a text we sent | errorCode, description |

Expecting an answer: initiate, answer, gather, redirect, recordComplete, transferAnswer, transferComplete, bridgeComplete, bridgeTargetComplete.

Events have a `seq` that only grows. Either pass `after_seq` (the last next_after_seq you saw) or name a `reader`, for which the server remembers the place.

## BXML verbs

Written as JSON: {"verb":"Gather","maxDigits":1,"children":[{"verb":"SpeakSentence","text":"Press 1."}]}. `text` is taken literally; set "ssml":true to use SSML tags in a SpeakSentence. Attributes marked * are required; after = stands the default.

)";

constexpr std::string_view kAfterVerbs = R"(
What you may leave out: gatherUrl, redirectUrl, dtmfUrl and the URLs of recording, stream and transcription events are filled in with this server's. recordCompleteUrl, transferCompleteUrl and bridgeCompleteUrl are filled in when the verb is the last of the document. Give null to leave such a URL out on purpose. Credentials for these URLs are added when a document is queued.

Nothing runs after Redirect, nor after a verb whose completion URL is set. When the document runs out, the call ends.

## Texts

Accepted is not delivered: wait for message-delivered or message-failed. Common codes: 4720 and 4750 the destination cannot be reached, 4470 and 4770 taken for spam, 4476 our number is in no registered campaign, 4795 our toll-free number is not verified, 4780 and 4781 sent too fast, 9902 the carrier never reported. Texts over 160 plain or 70 other characters are split and billed in parts. Media is kept for 48 hours, recordings for 30 days.

## When something fails

| seen | meaning | do |
|---|---|---|
| 401 | credentials refused, or of another environment | ask the person for the right ones |
| 403 | a role or a product is missing | name it to the person; repeating does not help |
| 404 right after createCall | not visible yet | wait some seconds |
| 409 on updateCall or updateCallBxml | not answered, or just ended | read the state first |
| 429 | too fast | wait as long as it says |
| invalid-bxml | the platform refused a document | check it with generateBXML |
| callback-error | the platform could not reach this server | the callback base URL must be public |
)";

constexpr std::string_view kOrderGuide = R"(# Getting a number

Searching and reading is free; ordering costs money and cannot be undone: ask the person first.

1. **What is there already**: listPhoneNumbers shows the account's numbers, listApplications the applications. Often nothing needs to be ordered.
2. **An application** per purpose. Voice (service type Voice-V2) needs the URL for incoming calls: `{answer}`, and for status `{disconnect}`. Messaging (Messaging-V2) needs the URL for incoming texts: `{inbound}`, and for status `{status}`. Placeholders such as example.com lose every event.
3. **A place for the number**: a site (sub-account) with at least one location (SIP peer) that is marked as default. Without one an order fails with 5020; without a site with 5022.
4. **Link**: the messaging application is attached to the location under its messaging settings, with SMS switched on there. Voice accounts of the newer kind attach the voice application to a voice configuration package instead and assign numbers to it.
5. **Search** available numbers by area code, city, state or toll-free pattern. A search reserves nothing.
6. **Order** the number into the site and location. The answer is an order id; poll it until COMPLETE. PARTIAL or FAILED: someone was faster, search again.
7. **Permission to text**: a local number in the United States must belong to a registered 10DLC campaign; a toll-free number must be verified. Until then texts are accepted and then fail (4476, 4795).
8. **Use it**: set BW_NUMBER, BW_VOICE_APPLICATION_ID and BW_MESSAGING_APPLICATION_ID, or pass `from` and `applicationId` with each call and text.

Trial accounts come with one number and application, can only call numbers they have verified, and cannot text or order.
)";

std::string Replace(std::string text, std::string_view mark, const std::string& value) {
  const std::size_t found = text.find(mark);
  if (found != std::string::npos) text.replace(found, mark.size(), value);
  return text;
}

}  // namespace

std::string AgentReference(const ServerFacts& facts) {
  std::string text(kCallLife);
  for (const bxml::VerbSpec& verb : bxml::Vocabulary()) {
    text += "- " + bxml::VerbSummary(verb) + ": " + std::string(verb.description) + "\n";
  }
  text += kAfterVerbs;
  text += "\nWebhooks of this server arrive at " + facts.callbacks.base() + ".\n";
  return text;
}

std::string NumberOrderGuide(const ServerFacts& facts) {
  std::string text(kOrderGuide);
  text = Replace(std::move(text), "{answer}", facts.callbacks.Answer());
  text = Replace(std::move(text), "{disconnect}", facts.callbacks.Disconnect());
  text = Replace(std::move(text), "{inbound}", facts.callbacks.MessagingInbound());
  return Replace(std::move(text), "{status}", facts.callbacks.MessagingStatus());
}

}  // namespace bw::tool_service
