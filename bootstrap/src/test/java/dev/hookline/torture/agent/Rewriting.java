package dev.hookline.torture.agent;

import static java.lang.classfile.ClassFile.ACC_BRIDGE;
import static java.lang.classfile.ClassFile.ACC_PUBLIC;

import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The ways in which a class is changed. */
final class Rewriting {
  private static final ClassDesc CRASH_POINT = ClassDesc.of(CrashPoint.class.getName());
  private static final ClassDesc STAND_INS = ClassDesc.of(StandIns.class.getName());

  private Rewriting() {}

  /** Passes the crash point at the beginning of the method, or before each return. */
  static ClassTransform crash(String method, boolean atEntry, int exitCode) {
    var passing =
        new CodeTransform() {
          @Override
          public void atStart(CodeBuilder code) {
            if (atEntry) {
              pass(code, exitCode);
            }
          }

          @Override
          public void accept(CodeBuilder code, CodeElement element) {
            if (!atEntry && element instanceof ReturnInstruction) {
              pass(code, exitCode);
            }
            code.with(element);
          }
        };
    // Not by the ready-made transform of method bodies: two of those, one after the other, change
    // only what both of them mean.
    return (type, element) -> {
      if (element instanceof MethodModel model && model.methodName().equalsString(method)) {
        type.transformMethod(model, MethodTransform.transformingCode(passing));
      } else {
        type.with(element);
      }
    };
  }

  private static void pass(CodeBuilder code, int exitCode) {
    code.loadConstant(exitCode)
        .invokestatic(
            CRASH_POINT, "passed", MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int));
  }

  /**
   * Replaces text in the constants of a class.
   *
   * @throws IllegalStateException once the class has been gone through, if a text is not there:
   *     then the code has moved on, and the defect is not planted
   */
  static ClassTransform replacing(Map<String, String> texts) {
    Set<String> found = ConcurrentHashMap.newKeySet();
    return ClassTransform.transformingMethodBodies(
            (code, element) -> {
              if (element instanceof ConstantInstruction.LoadConstantInstruction load
                  && load.constantValue() instanceof String text) {
                String changed = text;
                for (Map.Entry<String, String> one : texts.entrySet()) {
                  if (changed.contains(one.getKey())) {
                    changed = changed.replace(one.getKey(), one.getValue());
                    found.add(one.getKey());
                  }
                }
                code.loadConstant(changed);
              } else {
                code.with(element);
              }
            })
        .andThen(
            ClassTransform.endHandler(
                _ -> {
                  if (!found.equals(texts.keySet())) {
                    throw new IllegalStateException(
                        "of %s there is only %s".formatted(texts.keySet(), found));
                  }
                }));
  }

  /** Lets a stand-in do what the method did; it can call the method by the name that is left. */
  static ClassTransform standIn(String method, int parameters) {
    return (type, element) -> {
      if (!isMeant(element, method, parameters)) {
        type.with(element);
        return;
      }
      var original = (MethodModel) element;
      type.withMethod(
          StandIns.real(method),
          original.methodTypeSymbol(),
          ACC_PUBLIC,
          copy -> original.code().ifPresent(copy::with));
      type.withMethodBody(
          method,
          original.methodTypeSymbol(),
          original.flags().flagsMask(),
          code -> callStandIn(code, method, original.methodTypeSymbol()));
    };
  }

  private static boolean isMeant(ClassElement element, String method, int parameters) {
    return element instanceof MethodModel model
        && model.methodName().equalsString(method)
        && model.methodTypeSymbol().parameterCount() == parameters
        && (model.flags().flagsMask() & ACC_BRIDGE) == 0;
  }

  private static void callStandIn(CodeBuilder code, String method, MethodTypeDesc type) {
    var parameters = new ArrayList<ClassDesc>(List.of(ConstantDescs.CD_Object));
    code.aload(0);
    for (int i = 0; i < type.parameterCount(); i++) {
      code.aload(code.parameterSlot(i));
      parameters.add(ConstantDescs.CD_Object);
    }
    code.invokestatic(STAND_INS, method, MethodTypeDesc.of(ConstantDescs.CD_Object, parameters));
    code.checkcast(type.returnType());
    code.return_(TypeKind.REFERENCE);
  }

  /** Lets a method without parameters tell a field of type long. */
  static ClassTransform tellingField(String method, String owner, String field) {
    return (type, element) -> {
      if (isMeant(element, method, 0)) {
        var original = (MethodModel) element;
        type.withMethodBody(
            method,
            original.methodTypeSymbol(),
            original.flags().flagsMask(),
            code ->
                code.aload(0)
                    .getfield(ClassDesc.of(owner), field, ConstantDescs.CD_long)
                    .lreturn());
      } else {
        type.with(element);
      }
    };
  }
}
