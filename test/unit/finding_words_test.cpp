#include "core/finding_words.hpp"

#include <gtest/gtest.h>

namespace pitstop::test {

TEST(A_finding, tells_title_subject_value_and_note)
{
    const HealthCheck &check = *find_health_check("dead_rows");
    EXPECT_EQ(words_for(check, {"positions", 0.5, std::nullopt, "since yesterday", {}}),
              "share of dead rows in a table, positions: 50 %; since yesterday");
}

TEST(A_finding, leaves_out_what_there_is_not)
{
    const HealthCheck &check = *find_health_check("geocoder");
    EXPECT_EQ(words_for(check, {"", std::nullopt, HealthStatus::warning, "The worker is not running.", {}}),
              "the address repair: The worker is not running.");
    EXPECT_EQ(words_for(check, Observation{}), "the address repair");
    EXPECT_EQ(words_for(*find_health_check("indexes"), {"", 2, std::nullopt, "", {}}),
              "indexes of TeslaMate's that are missing or invalid: 2");
}

}  // namespace pitstop::test
