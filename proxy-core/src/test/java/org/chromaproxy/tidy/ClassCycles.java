package org.chromaproxy.tidy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The sets of classes each of which needs all others of its set: the strongly connected components of their dependencies. */
final class ClassCycles {
    private final Map<String, Set<String>> needs = new TreeMap<>();
    private final Map<String, Integer> numbers = new HashMap<>();
    private final Map<String, Integer> lowest = new HashMap<>();
    private final Deque<String> open = new ArrayDeque<>();
    private final List<Set<String>> found = new ArrayList<>();

    ClassCycles(JavaClasses classes) {
        for (JavaClass each : classes) {
            Set<String> needed = needs.computeIfAbsent(outermost(each), _ -> new TreeSet<>());
            each.getDirectDependenciesFromSelf().forEach(dependency -> {
                String target = outermost(dependency.getTargetClass());
                if (target.startsWith("org.chromaproxy.")) {
                    needed.add(target);
                }
            });
        }
        List.copyOf(needs.keySet()).forEach(each -> {
            if (!numbers.containsKey(each)) {
                visit(each);
            }
        });
    }

    static String outermost(JavaClass nested) {
        return nested.getFullName().replaceAll("\\$.*", "");
    }

    /** Those of more than one class. */
    List<Set<String>> all() {
        return found;
    }

    private int visit(String each) {
        int number = numbers.size();
        numbers.put(each, number);
        lowest.put(each, number);
        open.push(each);
        for (String next : needs.getOrDefault(each, Set.of())) {
            if (!numbers.containsKey(next)) {
                lowest.merge(each, visit(next), Math::min);
            } else if (open.contains(next)) {
                lowest.merge(each, numbers.get(next), Math::min);
            }
        }
        int low = lowest.get(each);
        if (low == number) {
            close(each);
        }
        return low;
    }

    private void close(String first) {
        Set<String> component = new TreeSet<>();
        String member;
        do {
            member = open.pop();
            component.add(member);
        } while (!member.equals(first));
        if (component.size() > 1) {
            found.add(component);
        }
    }
}
