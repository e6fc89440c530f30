#include "tool-service/core/instructions.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <string_view>
#include <vector>

namespace bw::tool_service {
namespace {

struct Recipe {
  std::string_view title;
  /// The recipe is only given when all of these can be called.
  std::vector<std::string_view> tools;
  std::string_view steps;
};

// The most useful first: those that do not fit any more are left out from the end.
const std::vector<Recipe>& Recipes() {
  static const std::vector<Recipe> recipes = {
      {"Place a call and hold a conversation",
       {"createCall", "respondToCallback", "getCallbackEvents"},
       R"(1. createCall {"to":"+1…"} gives callId. The call is only queued, nobody has answered yet.
2. At once respondToCallback {"call_id":callId,"verbs":[…]}: queued before the answer, it is the first thing heard, without a pause.
3. getCallbackEvents {"call_id":callId,"after_seq":N,"wait_seconds":50} returns as soon as something happens; pass next_after_seq on as after_seq. `answer`: they picked up. `gather`: digits were pressed ("" means none in time). `disconnect`: it is over, `cause` says why.
4. After each event but disconnect, respondToCallback with what comes next. The caller waits meanwhile: answer within seconds, think later. respondToCallback with "wait_seconds" does 3 and 4 in one step.
5. End politely: [{"verb":"SpeakSentence","text":"Goodbye."},{"verb":"Hangup"}].)"},
      {"Gather digits",
       {"respondToCallback"},
       R"([{"verb":"Gather","maxDigits":1,"firstDigitTimeout":8,"children":[{"verb":"SpeakSentence","text":"Press 1 for yes, 2 for no."}]}]
Only keys are gathered, never speech. Prompts belong inside the Gather, so that a key interrupts them. Its gatherUrl is filled in for you. A document without Gather, Redirect, or a last Record, Transfer or Bridge ends the call when it has played.)"},
      {"Answer a call that comes in",
       {"respondToCallback", "getCallbackEvents"},
       R"(getCallbackEvents {"types":["initiate"],"reader":"calls","wait_seconds":50}: the caller hears a ring until you respondToCallback with the event's call_id. Then go on as above.)"},
      {"Send a text and make sure it arrived",
       {"createMessage", "getCallbackEvents"},
       R"(1. createMessage {"to":["+1…"],"text":"…"} gives id; that means queued, not delivered.
2. getCallbackEvents {"message_id":id,"types":["message-delivered","message-failed"],"wait_seconds":50}. On message-failed errorCode and description say why; tell the person, do not just resend.)"},
      {"Read texts",
       {"getInboundMessages"},
       R"(getInboundMessages {"reader":"texts","wait_seconds":50} gives each text once; "from" narrows it to one person.)"},
      {"Break in while the caller listens to something long",
       {"updateCallBxml", "generateBXML"},
       R"(generateBXML {"verbs":[…],"call_id":…}, then updateCallBxml with that document. respondToCallback is for when the call asks.)"},
      {"When a call did not go as expected",
       {"diagnoseCall"},
       R"(diagnoseCall {"call_id":…} says why and what to do next.)"},
      {"Before the first text of a number",
       {"checkMessagingReadiness"},
       R"(checkMessagingReadiness tells what is missing (application, campaign, verification): a text without it is accepted and never arrives.)"},
      {"Confirm who somebody is",
       {"generateMessagingCode", "verifyCode"},
       R"(generateMessagingCode texts a code; ask for it, then verifyCode with the same `to` and scope. valid false is an answer, not an error.)"},
      {"Buy a number",
       {"GetAvailableTns", "CreateOrder", "RetrieveOrder"},
       R"(GetAvailableTns finds some, CreateOrder buys those the person chose, RetrieveOrder tells when the order is COMPLETE, PARTIAL or FAILED; an accepted order has bought nothing yet.)"},
      {"Bring numbers from another carrier",
       {"RequestPortabilityInfo", "CreatePortin", "RetrievePortin"},
       R"(RequestPortabilityInfo first, then CreatePortin with the data of the present carrier's bill; UploadPortinLoaFile where a signed letter is asked for. RetrievePortin tells how it goes, for days.)"},
      {"Have a report",
       {"CreateReportInstance", "RetrieveReportInstance", "DownloadReportInstanceFile"},
       R"(ListReports, CreateReportInstance, RetrieveReportInstance until it is ready, DownloadReportInstanceFile.)"},
  };
  return recipes;
}

// Files may be called anything.
constexpr std::size_t kMaxDocumentNameBytes = 40;

constexpr std::string_view kSearchRecipe =
    "searchTools {\"query\":\"buy a number\"} finds tools by what they do, with their required "
    "arguments; describeTool {\"name\":…} shows all of one; callTool "
    "{\"name\":…,\"arguments\":{…}} "
    "runs it, and checks and asks as the tool itself does. For phone conversations read "
    "resource://mcp_agent_reference first.\n";

bool CanSearch(const ToolsAtHand& tools) {
  return tools.listed.Has("searchTools") && tools.listed.Has("callTool");
}

// What a client gets done somehow: directly, or through callTool.
const Listing& Usable(const ToolsAtHand& tools) {
  return CanSearch(tools) ? tools.reached : tools.listed;
}

// "a, b and 3 more"
std::string NamesOf(const Listing& listing,
                    const std::function<bool(const ToolDefinition&)>& belongs) {
  std::string names;
  std::size_t count = 0;
  for (const CatalogueEntry& entry : listing.entries()) {
    if (!belongs(entry.tool->definition()) || ++count > kMaxNamedTools) continue;
    names += (names.empty() ? "" : ", ") + entry.tool->definition().name;
  }
  if (count > kMaxNamedTools) names += " and " + std::to_string(count - kMaxNamedTools) + " more";
  return names;
}

std::string Introduction(const Listing& usable) {
  if (usable.Has("createCall") || usable.Has("respondToCallback")) {
    return "These tools are a telephone on Bandwidth's network: calls out and in, key presses, "
           "texts. During a call you speak by handing over BXML, a list of verbs, each time the "
           "call asks.\n";
  }
  return "These tools work on an account of Bandwidth, which carries calls and texts and has phone "
         "numbers.\n";
}

struct ConfiguredValue {
  std::string_view what;
  std::string ServerFacts::*value;
  /// It is told of where one of these can be called.
  std::vector<std::string_view> needed_by;
  /// The tool that finds one.
  std::string_view found_with;
  std::string_view passed_as;
};

const std::vector<ConfiguredValue>& ConfiguredValues() {
  static const std::vector<ConfiguredValue> values = {
      {"our number (`from`)",
       &ServerFacts::number,
       {"createCall", "createMessage", "generateVoiceCode", "generateMessagingCode"},
       "listPhoneNumbers",
       "from"},
      {"voice application",
       &ServerFacts::voice_application_id,
       {"createCall", "generateVoiceCode"},
       "listApplications",
       "applicationId"},
      {"messaging application",
       &ServerFacts::messaging_application_id,
       {"createMessage", "generateMessagingCode"},
       "listApplications",
       "applicationId"},
  };
  return values;
}

std::string ValueOf(const ConfiguredValue& row, const ServerFacts& facts, const Listing& usable) {
  const std::string& value = facts.*row.value;
  if (!value.empty()) return value;
  std::string text = "none; ";
  if (usable.Has(row.found_with)) text += "find one with " + std::string(row.found_with) + " and ";
  return text + "pass it as " + std::string(row.passed_as);
}

std::string Configured(const ServerFacts& facts, const Listing& usable) {
  std::string text =
      "Configured here (leave these arguments out, they are filled in):\n- account: ";
  text += facts.account_id.empty() ? "taken from the credentials" : facts.account_id;
  text += "\n";
  for (const ConfiguredValue& row : ConfiguredValues()) {
    const bool needed = std::any_of(row.needed_by.begin(), row.needed_by.end(),
                                    [&](std::string_view tool) { return usable.Has(tool); });
    if (!needed) continue;
    text += "- " + std::string(row.what) + ": " + ValueOf(row, facts, usable) + "\n";
  }
  if (!usable.Has("getCallbackEvents") && !usable.Has("createCall")) return text;
  text += "- webhooks arrive at " + facts.callbacks.base() +
          "; answerUrl and disconnectUrl of createCall point there by themselves. For calls and "
          "texts that come in, the voice application must call " +
          facts.callbacks.Answer() + " and the messaging application " +
          facts.callbacks.MessagingInbound() +
          (usable.Has("configureCallbacks") ? ": configureCallbacks sees to it" : "") + ".\n";
  return text;
}

struct ConfirmationRow {
  std::string_view policy;
  std::string_view rule;
};
constexpr std::array kConfirmations = {
    ConfirmationRow{"never",
                    "Nobody is asked before a tool runs: ask the person yourself before "
                    "you spend money or take something away."},
    ConfirmationRow{"destructive",
                    "Before something is taken away the person is asked by this server; where the "
                    "client cannot ask, it is not done. Ask yourself before you spend money."},
    ConfirmationRow{"costly",
                    "Before money is spent or something is taken away the person is asked by this "
                    "server; where the client cannot ask, it is not done."},
};

std::string MoneyAndHarm(const ServerFacts& facts, const Listing& usable) {
  std::string text;
  const std::string costly =
      NamesOf(usable, [](const ToolDefinition& tool) { return tool.traits.costly; });
  if (!costly.empty()) {
    text += "- These cost money: " + costly +
            ". After a timeout or an unclear error look first what happened, then repeat.\n";
  }
  const std::string destructive =
      NamesOf(usable, [](const ToolDefinition& tool) { return tool.traits.destructive; });
  if (!destructive.empty()) text += "- These take something away: " + destructive + ".\n";
  if (text.empty()) return text;
  for (const ConfirmationRow& row : kConfirmations) {
    if (row.policy == facts.confirm) text += "- " + std::string(row.rule) + "\n";
  }
  const std::string once = NamesOf(usable, [](const ToolDefinition& tool) {
    const json::Json* properties = json::FindObject(tool.input_schema, "properties");
    return properties != nullptr && properties->contains("idempotency_key");
  });
  if (once.empty()) return text;
  return text + "- " + once +
         " take idempotency_key, a name of your own for what you want done once: the same call "
         "with the same key gives the first result and does nothing twice.\n";
}

std::string Rules(const ServerFacts& facts, const Listing& usable) {
  return "\nRules\n- Phone numbers are written in E.164 form: +15550101234.\n" +
         MoneyAndHarm(facts, usable) +
         "- A result marked as an error says what went wrong and what to do next; do that rather "
         "than trying again unchanged.\n"
         "- More to read: resource://mcp_agent_reference (events and every BXML verb), "
         "resource://number_order_guide, resource://config, bandwidth://calls.\n";
}

// Where tools come from, the documents with the most of them first.
std::string Documents(const Listing& listing) {
  std::map<std::string, std::size_t> counts;
  for (const CatalogueEntry& entry : listing.entries()) {
    if (!entry.document.empty()) ++counts[entry.document];
  }
  std::vector<std::pair<std::size_t, std::string>> ordered;
  for (const auto& [name, count] : counts) ordered.emplace_back(count, name);
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto& left, const auto& right) { return left.first > right.first; });
  std::string text;
  for (std::size_t i = 0; i < ordered.size() && i < kMaxNamedTools; ++i) {
    text += (i == 0 ? "" : ", ") + ordered[i].second.substr(0, kMaxDocumentNameBytes) + " (" +
            std::to_string(ordered[i].first) + ")";
  }
  if (ordered.size() > kMaxNamedTools) {
    text += " and " + std::to_string(ordered.size() - kMaxNamedTools) + " more";
  }
  return text;
}

std::string MoreTools(const ServerFacts& facts, const ToolsAtHand& tools) {
  std::string text = "\nTools\n";
  if (CanSearch(tools)) {
    text += std::to_string(tools.reached.entries().size()) + " tools can be called";
    const std::string documents = Documents(tools.reached);
    if (!documents.empty()) text += ", of " + documents;
    return text + ". " + std::string(kSearchRecipe);
  }
  text += "You see " + std::to_string(tools.listed.entries().size()) + " tools (profile " +
          facts.profile + ").";
  const std::size_t hidden = tools.reached.entries().size() > tools.listed.entries().size()
                                 ? tools.reached.entries().size() - tools.listed.entries().size()
                                 : 0;
  if (hidden > 0) {
    text += " " + std::to_string(hidden) +
            " more are enabled: ?profile=search on the server's URL reaches them.";
  } else if (facts.profile != "full") {
    text +=
        " For anything else tell the person: BW_MCP_PROFILE chooses others, and its value "
        "search leads to all of them.";
  }
  return text + "\n";
}

bool HasAll(const Recipe& recipe, const Listing& listing) {
  return std::all_of(recipe.tools.begin(), recipe.tools.end(),
                     [&](std::string_view tool) { return listing.Has(tool); });
}

}  // namespace

std::string BuildInstructions(const ServerFacts& facts, const ToolsAtHand& tools) {
  const Listing& usable = Usable(tools);
  std::string text = Introduction(usable);
  if (facts.sandbox) {
    text += "This server talks to a sandbox: no real phone rings and nothing costs money.\n";
  }
  text += "\n" + Configured(facts, usable);
  const std::string rest = Rules(facts, usable) + MoreTools(facts, tools);
  // Configured values and names are bounded, so that `rest` always fits (a test holds it).
  for (const Recipe& recipe : Recipes()) {
    if (!HasAll(recipe, tools.listed)) continue;
    const std::string told =
        "\n" + std::string(recipe.title) + "\n" + std::string(recipe.steps) + "\n";
    if (text.size() + told.size() + rest.size() > kMaxInstructionBytes) break;
    text += told;
  }
  return text + rest;
}

}  // namespace bw::tool_service
