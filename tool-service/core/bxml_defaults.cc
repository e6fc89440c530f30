#include "tool-service/core/bxml_defaults.h"

#include <array>
#include <string>
#include <vector>

namespace bw::tool_service {
namespace {

using json::Json;

enum class Route { kAnswer, kGather, kContinue };
enum class When { kAlways, kLastVerb, kTranscribing };

struct UrlDefault {
  std::string_view verb;
  std::string_view attribute;
  Route route;
  When when = When::kAlways;
};

// Source: Bandwidth's BXML reference; which verbs hand control to a URL when one is set.
constexpr std::array kUrlDefaults = {
    UrlDefault{"Gather", "gatherUrl", Route::kGather},
    UrlDefault{"Redirect", "redirectUrl", Route::kContinue},
    UrlDefault{"StartGather", "dtmfUrl", Route::kAnswer},
    UrlDefault{"Record", "recordCompleteUrl", Route::kAnswer, When::kLastVerb},
    UrlDefault{"Record", "recordingAvailableUrl", Route::kAnswer},
    UrlDefault{"Record", "transcriptionAvailableUrl", Route::kAnswer, When::kTranscribing},
    UrlDefault{"StartRecording", "recordingAvailableUrl", Route::kAnswer},
    UrlDefault{"StartRecording", "transcriptionAvailableUrl", Route::kAnswer, When::kTranscribing},
    UrlDefault{"Transfer", "transferCompleteUrl", Route::kAnswer, When::kLastVerb},
    UrlDefault{"Bridge", "bridgeCompleteUrl", Route::kAnswer, When::kLastVerb},
    UrlDefault{"StartStream", "streamEventUrl", Route::kAnswer},
    UrlDefault{"StartTranscription", "transcriptionEventUrl", Route::kAnswer},
};

// A verb with this attribute is the last one that runs before we are asked.
struct HandOver {
  std::string_view verb;
  std::string_view attribute;
};
constexpr std::array kHandOvers = {
    HandOver{"Gather", "gatherUrl"},         HandOver{"Redirect", "redirectUrl"},
    HandOver{"Record", "recordCompleteUrl"}, HandOver{"Transfer", "transferCompleteUrl"},
    HandOver{"Bridge", "bridgeCompleteUrl"},
};

std::string UrlOf(Route route, const CallbackUrls& urls, std::string_view call_id) {
  switch (route) {
    case Route::kGather:
      return urls.Gather();
    case Route::kContinue:
      return urls.Continue(call_id);
    case Route::kAnswer:
      break;
  }
  return urls.Answer();
}

bool Transcribes(const Json& verb) {
  const Json* transcribe = json::Find(verb, "transcribe");
  return transcribe != nullptr && (*transcribe == true || *transcribe == "true");
}

bool Applies(When when, const Json& verb, bool is_last) {
  switch (when) {
    case When::kLastVerb:
      return is_last;
    case When::kTranscribing:
      return Transcribes(verb);
    case When::kAlways:
      break;
  }
  return true;
}

void RemoveNulls(Json& verb) {
  for (auto member = verb.begin(); member != verb.end();) {
    member = member->is_null() ? verb.erase(member) : std::next(member);
  }
}

// The verb's URLs that are answered or noticed under `username`, in the vocabulary's order.
std::vector<std::string_view> CallbackUrlsOf(const bxml::Verb& verb, const bxml::VerbSpec& spec) {
  std::vector<std::string_view> found;
  for (const bxml::AttributeSpec& attribute : spec.attributes) {
    if (attribute.kind != bxml::ValueKind::kUrl) continue;
    if (attribute.name.find("Fallback") != std::string::npos) continue;
    const std::string* value = bxml::FindAttribute(verb, attribute.name);
    if (value != nullptr) found.push_back(*value);
  }
  return found;
}

bool ReportsToUs(const bxml::Verb& verb, const bxml::VerbSpec& spec, const CallbackUrls& urls) {
  const std::vector<std::string_view> found = CallbackUrlsOf(verb, spec);
  for (const std::string_view url : found) {
    if (!urls.IsOurs(url)) return false;
  }
  return !found.empty();
}

void AddTo(bxml::Verb& verb, const CallbackUrls& urls, const CallbackCredentials& credentials) {
  const bxml::VerbSpec* spec = bxml::FindVerb(verb.name);
  if (spec == nullptr) return;
  const bool takes_credentials = bxml::FindAttribute(*spec, "username") != nullptr;
  const bool has_none = bxml::FindAttribute(verb, "username") == nullptr;
  if (takes_credentials && has_none && ReportsToUs(verb, *spec, urls)) {
    verb.attributes.push_back({"username", credentials.username});
    verb.attributes.push_back({"password", credentials.password});
  }
  for (bxml::Verb& child : verb.children) AddTo(child, urls, credentials);
}

}  // namespace

Json WithCallbackUrls(Json verbs, const CallbackUrls& urls, std::string_view call_id) {
  // What is not an array of objects is for bxml::FromJson to refuse.
  if (!verbs.is_array()) return verbs;
  for (std::size_t i = 0; i < verbs.size(); ++i) {
    Json& verb = verbs[i];
    if (!verb.is_object()) continue;
    const std::string name = json::StringOr(verb, "verb");
    for (const UrlDefault& row : kUrlDefaults) {
      if (row.verb != name || verb.contains(row.attribute)) continue;
      if (!Applies(row.when, verb, i + 1 == verbs.size())) continue;
      verb[std::string(row.attribute)] = UrlOf(row.route, urls, call_id);
    }
    RemoveNulls(verb);
  }
  return verbs;
}

void AddCallbackCredentials(bxml::Document& document, const CallbackUrls& urls,
                            const CallbackCredentials& credentials) {
  if (credentials.empty()) return;
  for (bxml::Verb& verb : document.verbs) AddTo(verb, urls, credentials);
}

bool EndsCall(const bxml::Document& document) {
  for (const bxml::Verb& verb : document.verbs) {
    for (const HandOver& row : kHandOvers) {
      if (verb.name == row.verb && bxml::FindAttribute(verb, row.attribute) != nullptr) {
        return false;
      }
    }
    if (verb.name == "Hangup") return true;
  }
  return true;
}

}  // namespace bw::tool_service
