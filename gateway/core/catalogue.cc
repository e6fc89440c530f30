#include "gateway/core/catalogue.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <utility>

#include "common/base64/base64.h"
#include "common/json/json.h"

namespace bw::gateway {
namespace {

constexpr std::size_t kMaxCursorBytes = 512;

Status CheckSchema(std::string_view schema) {
  BW_ASSIGN_OR_RETURN(const json::Json document, json::Parse(schema));
  if (json::GetString(document, "type") != "object") {
    return InvalidArgument("the input schema's root is not of type object");
  }
  return OkStatus();
}

Status CheckTool(const Tool& tool) {
  if (tool.name.empty()) return InvalidArgument("the tool has no name");
  BW_RETURN_IF_ERROR(CheckSchema(tool.input_schema_json));
  if (!tool.output_schema_json.empty()) BW_RETURN_IF_ERROR(CheckSchema(tool.output_schema_json));
  return OkStatus();
}

}  // namespace

std::string PreparedList::CursorOf(std::size_t page) const {
  return Base64UrlEncode(std::to_string(page) + "/" + options_.revision);
}

std::vector<std::string> PreparedList::BuildPages(Shape shape) const {
  const std::vector<std::string> items = render_(shape);
  std::vector<std::string> results;
  std::size_t begin = 0;
  do {
    const std::size_t end = std::min(items.size(), begin + options_.page_size);
    ObjectWriter members;
    const std::span<const std::string> page(items.data() + begin, end - begin);
    members.Raw(options_.member, JoinArray(page));
    if (end < items.size()) members.Text("nextCursor", CursorOf(results.size() + 1));
    results.push_back(wire_.CloseResult(shape, std::move(members), options_.caching));
    begin = end;
  } while (begin < items.size());
  return results;
}

StatusOr<std::string_view> PreparedList::Page(Shape shape,
                                              std::optional<std::string_view> cursor) const {
  Pages& pages = pages_[static_cast<int>(shape)];
  std::call_once(pages.once, [&] { pages.results = BuildPages(shape); });
  if (!cursor) return std::string_view(pages.results.front());
  const Status unknown = InvalidArgument("cursor was not handed out for this list, or it changed");
  if (cursor->size() > kMaxCursorBytes) return unknown;
  const std::string text = Base64UrlDecode(*cursor).value_or("");
  std::size_t page = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), page);
  if (parsed.ec != std::errc() || page == 0 || page >= pages.results.size()) return unknown;
  if (*cursor != CursorOf(page)) return unknown;
  return std::string_view(pages.results[page]);
}

Catalogue::Catalogue(ToolProvider& provider, const Wire& wire, const Clock& clock,
                     Observer& observer, CatalogueLimits limits)
    : provider_(provider),
      wire_(wire),
      observer_(observer),
      limits_(limits),
      tools_(
          clock, limits.freshness,
          [this](const Audience& audience, List previous, Lists::Done done) {
            FetchTools(audience, std::move(previous), std::move(done));
          },
          [this](const Status& why) { observer_.CatalogueDegraded("tools", why); }),
      resources_(clock, limits.freshness,
                 ListFetch("resources", &ToolProvider::ListResources, &ResourceJson),
                 [this](const Status& why) { observer_.CatalogueDegraded("resources", why); }),
      templates_(clock, limits.freshness,
                 ListFetch("resourceTemplates", &ToolProvider::ListResourceTemplates,
                           &ResourceTemplateJson),
                 [this](const Status& why) { observer_.CatalogueDegraded("templates", why); }),
      instructions_(
          clock, limits.freshness,
          [this](const Audience& audience, auto, FreshCache<std::string>::Done done) {
            provider_.GetInstructions(audience, [done](StatusOr<std::string> text) {
              if (!text.ok()) return done(text.status());
              done(std::make_shared<const std::string>(*std::move(text)));
            });
          },
          [this](const Status& why) { observer_.CatalogueDegraded("instructions", why); }) {}

PreparedList::Options Catalogue::OptionsOf(std::string_view member, std::string revision) const {
  return {member, std::move(revision), limits_.page_size, caching()};
}

template <typename Item>
Catalogue::Lists::Fetch Catalogue::ListFetch(
    std::string_view member,
    void (ToolProvider::*fetch)(const Audience&, ToolProvider::Done<std::vector<Item>>),
    std::string (*render)(const Item&, Shape)) {
  return [=, this](const Audience& audience, List, Lists::Done done) {
    (provider_.*fetch)(audience, [=, this](StatusOr<std::vector<Item>> items) {
      if (!items.ok()) return done(items.status());
      auto render_all = [render, items = *std::move(items)](Shape shape) {
        std::vector<std::string> rendered;
        for (const Item& item : items) rendered.push_back(render(item, shape));
        return rendered;
      };
      done(std::make_shared<const PreparedList>(wire_, OptionsOf(member, {}),
                                                std::move(render_all)));
    });
  };
}

void Catalogue::FetchTools(const Audience& audience, List previous, Lists::Done done) {
  provider_.ListTools(audience, [this, previous, done](StatusOr<ToolList> list) {
    if (!list.ok()) return done(list.status());
    if (previous && !list->revision.empty() && previous->revision() == list->revision) {
      return done(previous);
    }
    std::erase_if(list->tools, [this](const Tool& tool) {
      const Status fit = CheckTool(tool);
      if (!fit.ok()) observer_.ToolDropped(tool.name, fit);
      return !fit.ok();
    });
    auto render = [tools = std::move(list->tools)](Shape shape) {
      std::vector<std::string> rendered;
      rendered.reserve(tools.size());
      for (const Tool& tool : tools) rendered.push_back(ToolJson(tool, shape));
      return rendered;
    };
    done(std::make_shared<const PreparedList>(wire_, OptionsOf("tools", std::move(list->revision)),
                                              std::move(render)));
  });
}

}  // namespace bw::gateway
