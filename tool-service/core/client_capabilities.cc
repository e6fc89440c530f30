#include "tool-service/core/client_capabilities.h"

#include <mutex>
#include <utility>

namespace bw::tool_service {

struct ClientCapabilities::Declared {
  std::once_flag parsed;
  std::string text;
  json::Json object = json::Json::object();
};

ClientCapabilities::ClientCapabilities(std::string text)
    : declared_(text.empty() ? nullptr : std::make_shared<Declared>()) {
  if (declared_ != nullptr) declared_->text = std::move(text);
}

const json::Json& ClientCapabilities::object() const {
  static const json::Json nothing = json::Json::object();
  if (declared_ == nullptr) return nothing;
  std::call_once(declared_->parsed, [this] {
    auto parsed = json::Parse(declared_->text);
    if (parsed.ok() && parsed->is_object()) declared_->object = *std::move(parsed);
    declared_->text.clear();
  });
  return declared_->object;
}

bool ClientCapabilities::Has(std::string_view name) const {
  return json::Find(object(), name) != nullptr;
}

}  // namespace bw::tool_service
