#include "tool-service/openapi/tool_names.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "tool-service/openapi/operation_repairs.h"

namespace bw::tool_service {
namespace {

constexpr std::size_t kMaxNameBytes = 64;

constexpr std::array<std::string_view, 4> kPrecedence = {"voice", "messaging", "multi-factor-auth",
                                                         "phone-number-lookup"};

struct OwnerRow {
  std::string_view id;
  std::string_view document;
};
// Ids that several of Bandwidth's documents have. One that two documents own is taken by whichever
// of them is loaded.
constexpr std::array kOwners = {
    OwnerRow{"listCalls", "voice"},
    OwnerRow{"listAddresses", "end-user-management"},
    OwnerRow{"getAddress", "end-user-management"},
    OwnerRow{"updateAddress", "end-user-management"},
    OwnerRow{"validateAddress", "end-user-management"},
    OwnerRow{"getAddressFields", "end-user-management"},
    OwnerRow{"listWebhookSubscriptions", "toll-free-verification"},
    OwnerRow{"createWebhookSubscription", "toll-free-verification"},
    OwnerRow{"updateWebhookSubscription", "toll-free-verification"},
    OwnerRow{"deleteWebhookSubscription", "toll-free-verification"},
    OwnerRow{"createRegistration", "registration"},
    OwnerRow{"createRegistration", "express"},
};
constexpr std::string_view kDomain = ".bandwidth.com";

bool IsBandwidths(const Operation& operation) {
  const std::string_view server = operation.server;
  const std::size_t host = server.find("://") + 3;
  return server.substr(host, server.find('/', host) - host).ends_with(kDomain);
}

bool IsAnotherDocuments(const Operation& operation) {
  const auto same_id = [&](const OwnerRow& row) { return row.id == operation.id; };
  const auto is_owner = [&](const OwnerRow& row) {
    return same_id(row) && row.document == operation.document;
  };
  return IsBandwidths(operation) && std::any_of(kOwners.begin(), kOwners.end(), same_id) &&
         std::none_of(kOwners.begin(), kOwners.end(), is_owner);
}

}  // namespace

std::size_t PrecedenceOf(std::string_view document) {
  return static_cast<std::size_t>(std::find(kPrecedence.begin(), kPrecedence.end(), document) -
                                  kPrecedence.begin());
}

ToolNames::ToolNames(const std::vector<std::string>& reserved) {
  for (const std::string& name : reserved) Claim(name);
}

bool ToolNames::Claim(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return taken_.insert(std::move(lower)).second;
}

std::string ToolNames::Take(const Operation& operation) {
  if (!IsAnotherDocuments(operation) && Claim(operation.id)) return operation.id;
  const std::string prefixed = SanitisedName(operation.document + "_" + operation.id);
  std::string name = prefixed;
  for (int i = 2; !Claim(name); ++i) {
    const std::string suffix = "_" + std::to_string(i);
    name = prefixed.substr(0, kMaxNameBytes - suffix.size()) + suffix;
  }
  return name;
}

}  // namespace bw::tool_service
