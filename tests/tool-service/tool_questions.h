// Questions as people put them, and the tool that answers each.
#pragma once

namespace bw::tool_service {

struct Question {
  const char* asked;
  const char* answer;
};

inline constexpr Question kQuestions[] = {
    {"send an SMS", "createMessage"},
    {"text someone a picture", "createMessage"},
    {"call a customer", "createCall"},
    {"dial a phone number", "createCall"},
    {"hang up a call", "updateCall"},
    {"say something else on a call that is going on", "updateCallBxml"},
    {"which phone numbers do we own", "listPhoneNumbers"},
    {"buy a phone number", "CreateOrder"},
    {"find numbers in area code 919 that I can buy", "GetAvailableTns"},
    {"get rid of a number", "CreateDisconnectOrder"},
    {"did my number order go through", "RetrieveOrder"},
    {"bring my number over from another carrier", "CreatePortin"},
    {"can this number be ported?", "RequestPortabilityInfo"},
    {"upload the letter of authorization", "UploadPortinLoaFile"},
    {"what is the status of my port", "RetrievePortin"},
    {"which carrier owns a number", "createSyncLookup"},
    {"download a voicemail recording", "downloadCallRecording"},
    {"transcript of a call recording", "getRecordingTranscription"},
    {"send a 2FA code by text", "generateMessagingCode"},
    {"verify the one time passcode that the user typed", "verifyCode"},
    {"set the caller id name of a number", "CreateLidbOrder"},
    {"attach a number to a 10DLC campaign", "CreateTnOptionOrder"},
    {"list our 10DLC brands", "listBrands"},
    {"register a toll-free number for texting", "requestTollFreeVerification"},
    {"is our tollfree verification approved", "getTollFreeVerificationStatus"},
    {"create a subaccount", "CreateSite"},
    {"turn on sms for a location", "CreateSipPeerSmsSettings"},
    {"mute a participant of a conference", "updateConferenceMember"},
    {"kick everybody out and end the conference", "updateConference"},
    {"what did my calls cost last week", "insights_listCalls"},
    {"make a report from a template", "CreateReportInstance"},
    {"messages we received today", "getInboundMessages"},
    {"store an emergency address", "createAddress"},
    {"change the webhook URL of an application", "PatchApplication"},
    {"delete a recording", "deleteRecording"},
    {"press digits menu BXML", "generateBXML"},
    {"be notified when an order completes", "CreateSubscriptions"},
    {"cancel a port in", "DeletePortin"},
    {"who is our account", "GetAccount"},
    {"WebRTC browser phone token", "createEndpoint"},
};

}  // namespace bw::tool_service
