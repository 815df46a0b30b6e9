package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Names that are common in the south; no real person is meant.
var (
	families = strings.Fields("Nguyễn Nguyễn Nguyễn Trần Trần Lê Lê Phạm Huỳnh Phan Võ Đặng Bùi Đỗ Hồ Ngô Dương Trương Mai Lâm")
	women    = strings.Fields("Thị Thị Ngọc Kim Thanh Mỹ Hồng Bích Thu Như")
	men      = strings.Fields("Văn Văn Hữu Minh Quốc Thanh Hoàng Công Đức Trung")
	girls    = strings.Fields("Ánh Anh Bích Châu Diễm Dung Đào Giang Hà Hân Hoa Hồng Hương Lan Linh Loan Mai Mỹ Ngân Ngọc Nhi Phương Quyên Thảo Thơ Trâm Trang Trúc Tuyết Vy Yến")
	boys     = strings.Fields("An Bảo Bình Cường Dũng Duy Đạt Đức Hải Hiếu Hòa Hùng Huy Khang Khoa Kiên Lâm Long Lộc Minh Nam Nghĩa Phát Phúc Phước Quân Sang Sơn Tài Tâm Thành Thịnh Tín Toàn Trí Trung Tuấn Vinh")
)

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func woman(r *rand.Rand) string {
	return pick(r, families) + " " + pick(r, women) + " " + pick(r, girls)
}

func man(r *rand.Rand) string { return pick(r, families) + " " + pick(r, men) + " " + pick(r, boys) }

func anybody(r *rand.Rand) string {
	if r.IntN(2) == 0 {
		return man(r)
	}
	return woman(r)
}

// phone is a number that no operator gives: 0900 is followed by what was drawn.
func phone(r *rand.Rand) string { return fmt.Sprintf("0900%06d", r.IntN(1_000_000)) }

// citizen is a number whose place of birth no province has.
func citizen(r *rand.Rand) string { return fmt.Sprintf("0991%08d", r.IntN(100_000_000)) }

// chance is true so many times in a thousand.
func chance(r *rand.Rand, thousandths int) bool { return r.IntN(1000) < thousandths }
