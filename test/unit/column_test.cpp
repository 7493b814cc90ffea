#include "core/column.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "values.hpp"

namespace pitstop::test {

namespace {

ColumnType integer_up_to(std::int64_t largest)
{
    ColumnType type;
    type.largest_integer = largest;
    return type;
}

ColumnType numeric(int precision, int scale)
{
    ColumnType type;
    type.family = Family::decimal;
    type.precision = precision;
    type.scale = scale;
    return type;
}

ColumnType of(Family family)
{
    ColumnType type;
    type.family = family;
    return type;
}

const ColumnType smallint = integer_up_to(std::numeric_limits<std::int16_t>::max());
const ColumnType integer = integer_up_to(std::numeric_limits<std::int32_t>::max());
const ColumnType bigint = integer_up_to(std::numeric_limits<std::int64_t>::max());
const ColumnType numeric_4_1 = numeric(4, 1);
const ColumnType numeric_6_2 = numeric(6, 2);
const ColumnType unlimited = of(Family::decimal);

Target duration_min(const ColumnType &type)
{
    return {"drive", 12, "drives", "duration_min", type};
}

Target cost(const ColumnType &type)
{
    return {"charging process", 7, "charging_processes", "cost", type};
}

bool fits(const ColumnType &type, std::optional<std::int64_t> value)
{
    return !raises_out_of_range([&] { require_fit(duration_min(type), value); });
}

bool fits(const ColumnType &type, const char *value)
{
    return !raises_out_of_range([&] { fitted(cost(type), decimal(value)); });
}

std::string fitted_text(const ColumnType &type, const char *value)
{
    return fitted(cost(type), decimal(value)).value().text();
}

Mean mean_of(std::initializer_list<const char *> values)
{
    Mean mean;
    for (const char *value : values)
        mean.add(decimal(value));
    return mean;
}

}  // namespace

TEST(A_smallint_column, holds_32767)
{
    EXPECT_TRUE(fits(smallint, 32767));
}

TEST(A_smallint_column, does_not_hold_32768)
{
    EXPECT_FALSE(fits(smallint, 32768));
}

TEST(A_smallint_column, holds_minus_32768)
{
    EXPECT_TRUE(fits(smallint, -32768));
}

TEST(A_smallint_column, does_not_hold_minus_32769)
{
    EXPECT_FALSE(fits(smallint, -32769));
}

TEST(A_smallint_column, holds_NULL)
{
    EXPECT_TRUE(fits(smallint, std::nullopt));
}

TEST(A_smallint_column, that_was_widened_to_integer_holds_32768)
{
    EXPECT_TRUE(fits(integer, 32768));
}

TEST(A_bigint_column, holds_the_smallest_number)
{
    EXPECT_TRUE(fits(bigint, std::numeric_limits<std::int64_t>::min()));
}

TEST(A_column_that_is_no_integer, puts_no_limit_to_integers)
{
    EXPECT_TRUE(fits(unlimited, std::numeric_limits<std::int64_t>::max()));
}

TEST(A_value_that_does_not_fit, is_named_with_its_column_and_its_row)
{
    const auto error = error_of([] { require_fit(duration_min(smallint), 40000); });
    ASSERT_TRUE(error);
    EXPECT_STREQ(error->what(), "drive 12 has the value 40000 for column \"duration_min\", which is out of range");
}

TEST(A_value_that_does_not_fit, is_explained_with_the_type_of_the_column)
{
    const auto error = error_of([] { require_fit(duration_min(smallint), 40000); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->detail(), "Column drives.duration_min is of type smallint. TeslaMate fails here too.");
}

TEST(A_value_that_does_not_fit, comes_with_a_hint)
{
    const auto error = error_of([] { require_fit(duration_min(smallint), 40000); });
    ASSERT_TRUE(error);
    EXPECT_FALSE(error->hint().empty());
}

TEST(A_decimal_that_does_not_fit, is_named_unrounded)
{
    const auto error = error_of([] { fitted(cost(numeric_6_2), decimal("-10000.005")); });
    ASSERT_TRUE(error);
    EXPECT_STREQ(error->what(),
                 "charging process 7 has the value -10000.005 for column \"cost\", which is out of range");
}

TEST(A_decimal_that_does_not_fit, is_explained_with_the_type_of_the_column)
{
    const auto error = error_of([] { fitted(cost(numeric_6_2), decimal("10000")); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->detail(), "Column charging_processes.cost is of type numeric(6,2). TeslaMate fails here too.");
}

TEST(A_numeric_column, rounds_half_away_from_zero)
{
    EXPECT_EQ(fitted_text(numeric_6_2, "1.005"), "1.01");
}

TEST(A_numeric_column, rounds_a_negative_half_away_from_zero)
{
    EXPECT_EQ(fitted_text(numeric_6_2, "-1.005"), "-1.01");
}

TEST(A_numeric_column, fills_up_missing_places)
{
    EXPECT_EQ(fitted_text(numeric_6_2, "1"), "1.00");
}

TEST(A_numeric_column, holds_its_largest_value)
{
    EXPECT_EQ(fitted_text(numeric_6_2, "9999.99"), "9999.99");
}

TEST(A_numeric_column, holds_its_smallest_value)
{
    EXPECT_EQ(fitted_text(numeric_6_2, "-9999.99"), "-9999.99");
}

TEST(A_numeric_column, holds_what_rounds_to_its_largest_value)
{
    EXPECT_EQ(fitted_text(numeric_6_2, "9999.9949"), "9999.99");
}

TEST(A_numeric_column, does_not_hold_what_rounds_beyond_its_largest_value)
{
    EXPECT_FALSE(fits(numeric_6_2, "9999.995"));
}

TEST(A_numeric_column, does_not_hold_what_rounds_below_its_smallest_value)
{
    EXPECT_FALSE(fits(numeric_6_2, "-9999.995"));
}

TEST(A_numeric_column, that_was_widened_holds_more)
{
    EXPECT_EQ(fitted_text(numeric(8, 2), "10000"), "10000.00");
}

TEST(A_numeric_column, without_places_holds_as_many_digits_as_its_precision)
{
    ColumnType whole = of(Family::decimal);
    whole.precision = 3;
    EXPECT_EQ(fitted_text(whole, "998.5"), "999");
    EXPECT_FALSE(fits(whole, "999.5"));
}

TEST(A_numeric_column, holds_NULL)
{
    EXPECT_FALSE(fitted(cost(numeric_6_2), std::optional<Decimal>()));
}

TEST(A_numeric_column, holds_NaN)
{
    EXPECT_EQ(fitted_text(numeric_6_2, "NaN"), "NaN");
}

TEST(A_numeric_column_without_limits, leaves_a_value_as_it_is)
{
    EXPECT_EQ(fitted_text(unlimited, "123456789.12345"), "123456789.12345");
}

TEST(A_numeric_column, rounds_an_average_once)
{
    EXPECT_EQ(fitted(cost(numeric_4_1), mean_of({"20.0", "20.1"})).value().text(), "20.1");
}

TEST(A_numeric_column, does_not_hold_an_average_beyond_it)
{
    EXPECT_TRUE(raises_out_of_range([] { fitted(cost(numeric_4_1), mean_of({"999.9", "1000.1"})); }));
}

TEST(A_numeric_column, holds_the_average_of_nothing_as_NULL)
{
    EXPECT_FALSE(fitted(cost(numeric_4_1), Mean()));
}

TEST(A_numeric_column_without_limits, gets_an_average_of_16_places)
{
    EXPECT_EQ(fitted(cost(unlimited), mean_of({"0", "0", "1"})).value().text(), "0.3333333333333333");
}

TEST(The_type_of_a_column, is_smallint_up_to_32767)
{
    EXPECT_EQ(text_of(smallint), "smallint");
}

TEST(The_type_of_a_column, is_integer_up_to_2147483647)
{
    EXPECT_EQ(text_of(integer), "integer");
}

TEST(The_type_of_a_column, is_bigint_above)
{
    EXPECT_EQ(text_of(bigint), "bigint");
}

TEST(The_type_of_a_column, is_written_with_precision_and_places)
{
    EXPECT_EQ(text_of(numeric_6_2), "numeric(6,2)");
}

TEST(The_type_of_a_column, is_numeric_without_limits)
{
    EXPECT_EQ(text_of(unlimited), "numeric");
}

TEST(The_type_of_a_column, is_called_as_PostgreSQL_calls_it)
{
    EXPECT_EQ(text_of(of(Family::real)), "double precision");
    EXPECT_EQ(text_of(of(Family::timestamp)), "timestamp without time zone");
    EXPECT_EQ(text_of(of(Family::text)), "text");
    EXPECT_EQ(text_of(of(Family::boolean)), "boolean");
    EXPECT_STREQ(name_of(Family::integer), "integer");
    EXPECT_STREQ(name_of(Family::label), "enum");
}

}  // namespace pitstop::test
