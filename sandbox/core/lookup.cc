#include "sandbox/core/lookup.h"

#include <array>
#include <string>
#include <string_view>

#include "common/bxml/text_rules.h"
#include "sandbox/core/fields.h"

namespace bw::sandbox {
namespace {

using json::Json;

constexpr std::array<std::string_view, 10> kLineTypes = {
    "MOBILE", "MOBILE", "MOBILE",     "MOBILE",     "FIXED",
    "FIXED",  "FIXED",  "VOIP-FIXED", "VOIP-FIXED", "VOIP"};

}  // namespace

StatusOr<Json> LookUpNumbers(const Json& body, Random& random, std::size_t max_numbers) {
  const std::array<FieldRule, 1> rules = {
      {{"phoneNumbers", FieldKind::kTexts, true, 1, static_cast<double>(max_numbers)}}};
  BW_RETURN_IF_ERROR(ToStatus(CheckFields(body, rules)));
  Json results = Json::array();
  Json refused = Json::array();
  for (const Json& item : body["phoneNumbers"]) {
    const auto& number = item.get_ref<const std::string&>();
    if (!bxml::IsE164(number)) {
      refused.push_back(number);
      continue;
    }
    const std::string_view provider = "Sandbox Telephone";
    results.push_back({{"phoneNumber", number},
                       {"lineType", kLineTypes[static_cast<std::size_t>(number.back() - '0')]},
                       {"messagingProvider", provider},
                       {"voiceProvider", provider},
                       {"countryCodeA3", "USA"}});
  }
  Json errors = Json::array();
  if (!refused.empty()) {
    errors.push_back({{"code", "INVALID_PHONE_NUMBER"},
                      {"type", "validation"},
                      {"description", "not an E.164 number"},
                      {"meta", {{"phoneNumbers", refused}}}});
  }
  const std::string_view status = refused.empty()   ? "COMPLETE"
                                  : results.empty() ? "FAILED"
                                                    : "PARTIAL_COMPLETE";
  return Json{{"links", Json::array()},
              {"data", {{"requestId", NewUuid(random)}, {"status", status}, {"results", results}}},
              {"errors", std::move(errors)}};
}

}  // namespace bw::sandbox
